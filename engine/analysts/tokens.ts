import { EngineError } from '../errors.js'

/** A piece of a query: what it is, what it says (a text without its quotes), and where it begins and ends. */
export interface Token { kind: 'word' | 'name' | 'text' | 'number' | 'parameter' | 'symbol' | 'end', says: string, from: number, to: number }

const LENGTH_MAX = 10_000
const SKIPPED = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const PIECES: [Token['kind'], RegExp][] = [
  ['text', /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y],
  ['name', /`[^`]+`/y],
  ['parameter', /\$[A-Za-z_][A-Za-z0-9_]*/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![A-Za-z0-9_])/y],
  ['symbol', /<=|>=|<>|\.\.|[-+*/%^=~<>()[\]{},.:;|&!$]/y]
]

/** Cuts a query into tokens. An escape such as \u0060 outside of a text is no token, so nothing can be written in disguise. */
export function tokensOf (query: string): Token[] {
  if (query.length > LENGTH_MAX) throw new EngineError('invalid_argument', `The query has ${query.length} characters; ${LENGTH_MAX} are the most. Pass long lists as parameters.`)
  const tokens: Token[] = []
  for (let at = skip(query, 0); at < query.length; at = skip(query, tokens.at(-1)!.to)) tokens.push(pieceAt(query, at))
  return [...tokens, { kind: 'end', says: '', from: query.length, to: query.length }]
}

function skip (query: string, at: number): number {
  SKIPPED.lastIndex = at
  SKIPPED.exec(query)
  return SKIPPED.lastIndex
}

function pieceAt (query: string, from: number): Token {
  for (const [kind, form] of PIECES) {
    form.lastIndex = from
    const text = form.exec(query)?.[0]
    if (text !== undefined) return { kind, says: said(kind, text, query, from), from, to: from + text.length }
  }
  throw refusal(query, from, `"${String.fromCodePoint(query.codePointAt(from)!)}" means nothing here`, 'outside of texts a query is plain ASCII without escapes')
}

function said (kind: Token['kind'], text: string, query: string, from: number): string {
  if (kind === 'text') return unescaped(text.slice(1, -1), query, from)
  return kind === 'name' ? text.slice(1, -1) : kind === 'parameter' ? text.slice(1) : text
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '\\': '\\', "'": "'", '"': '"' }

function unescaped (text: string, query: string, from: number): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, code?: string, letter?: string) => {
    const meant = code === undefined ? ESCAPES[letter!] : String.fromCharCode(Number.parseInt(code, 16))
    if (meant === undefined) throw refusal(query, from, `"\\${letter}" is no escape`, 'pass the text as a parameter')
    return meant
  })
}

/** What is refused, where, and how to mend it. */
export function refusal (query: string, at: number, what: string, mend: string, code: 'invalid_argument' | 'permission_denied' = 'invalid_argument'): EngineError {
  const before = query.slice(0, at).split('\n')
  const message = `Line ${before.length}, column ${before.at(-1)!.length + 1}: ${what}; ${mend}.`
  return new EngineError(code, message, [{ path: 'query', rule: 'safe', message }])
}
