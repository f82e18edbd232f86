import { refusal, tokensOf, type Token } from './tokens.js'

/** At most how much a value may hold: letters and cells together, the elements of a list, the largest of them; and the steps to it. */
export interface Size { total: number, count: number, each: number, work: number }
/** A piece of the compiled query, and how large its value may get. */
export interface Piece { text: string, size: Size }

/** What is assumed of a value in the graph, and of the elements of a collected list. */
const CELLS = 1_000
export const SIZE_MAX = 10_000_000
const DEPTH_MAX = 40
const PATTERNS_MAX = 10 // twenty take the planner ten seconds, in which nothing stops it

export const sized = (total: number, count = total, each = total, work = 1): Size => ({ total, count, each, work })
export const ONE = sized(1)
export const UNKNOWN = sized(CELLS)
export const COLLECTED = CELLS

/** Reads a query token by token, and gives what it names the names of the compiled one. */
export class Reader {
  private readonly tokens: Token[]
  private at = 0
  private depth = 0
  private patterns = 0
  private unnamed = 0
  /** Of the compiled query: its parameters, and what its variables are called in the query. */
  readonly parameters: Record<string, unknown> = {}
  readonly called: string[] = []
  private readonly sizes: Size[] = []

  constructor (readonly query: string, private readonly given: Record<string, unknown>) {
    this.tokens = tokensOf(query)
  }

  get token (): Token { return this.tokens[this.at]! }
  get from (): number { return this.token.from }
  ahead (count: number): Token { return this.tokens[Math.min(this.at + count, this.tokens.length - 1)]! }
  next (): Token { return this.tokens[this.at++]! }
  /** The query as it was written, up to the token that was read last. */
  since (from: number): string { return this.query.slice(from, this.tokens[this.at - 1]!.to) }

  is (...words: string[]): boolean {
    return words.every((word, count) => this.isAt(count, word))
  }

  isAt (count: number, word: string): boolean {
    const { kind, says } = this.ahead(count)
    return (kind === 'symbol' || kind === 'word') && says.toUpperCase() === word
  }

  /** Passes over these words, if they are next. */
  skip (...words: string[]): boolean {
    if (!this.is(...words)) return false
    this.at += words.length
    return true
  }

  expect (word: string): void {
    if (!this.skip(word)) throw this.refuse(`${this.found()} stands where "${word}" should`, 'see whether the query is complete')
  }

  found (): string {
    return this.token.kind === 'end' ? 'the end' : `"${this.query.slice(this.token.from, this.token.to).slice(0, 40)}"`
  }

  refuse (what: string, mend: string, code?: 'permission_denied'): Error {
    return refusal(this.query, this.from, what, mend, code)
  }

  /** Reads one level deeper; a query that is nested without end would exhaust whoever reads it. */
  within<T> (read: () => T): T {
    if (++this.depth > DEPTH_MAX) throw this.refuse(`the query is nested more than ${DEPTH_MAX} deep`, 'write it in steps, with WITH between them')
    const piece = read()
    this.depth--
    return piece
  }

  /** Counts a pattern: what a planner makes of very many takes it minutes. */
  pattern (): void {
    if (++this.patterns > PATTERNS_MAX) throw this.refuse(`the query has more than ${PATTERNS_MAX} relationships`, 'ask in several queries')
  }

  /** The name of a variable in the compiled query. Nothing of what it was called is left, so no name can pass for something else. */
  variable (name: string, size?: Size): string {
    if (!this.called.includes(name)) this.called.push(name)
    const number = this.called.indexOf(name)
    if (size !== undefined) this.sizes[number] = larger(this.sizes[number] ?? size, size)
    return `v${number}`
  }

  sizeOf (name: string): Size { return this.sizes[this.called.indexOf(name)] ?? UNKNOWN }
  /** For what was left without a name, which every node and relationship needs for its guard. */
  fresh (): string { return `unnamed${this.unnamed++}` }

  /** Reads a name that is declared. */
  name (size?: Size): string {
    const { kind, says } = this.token
    if (kind !== 'word' && kind !== 'name') throw this.refuse(`${this.found()} stands where a name should`, 'names begin with a letter')
    this.next()
    return this.variable(says, size)
  }

  /** A value that travels beside the query: a text in it, or one of the caller's parameters. */
  parameter (value: unknown): Piece {
    const name = `p${Object.keys(this.parameters).length}`
    this.parameters[name] = value
    return { text: `$${name}`, size: measured(value) }
  }

  /** The value of a parameter that the caller gave. */
  givenValue (): unknown {
    const { says } = this.token
    if (!Object.hasOwn(this.given, says)) throw this.refuse(`there is no parameter "${says}"`, 'give it with the query')
    return this.given[says]
  }

  givenParameter (): Piece {
    const value = this.givenValue()
    this.next()
    return this.parameter(value)
  }

  /** Reads a whole number, written or passed; null where none is next. */
  wholeNumber (): number | null {
    const { kind, says } = this.token
    const value = kind === 'parameter' ? this.givenValue() : kind === 'number' ? Number(says) : null
    if (!Number.isSafeInteger(value) || (value as number) < 0) return null
    this.next()
    return value as number
  }
}

const larger = (a: Size, b: Size): Size => sized(Math.max(a.total, b.total), Math.max(a.count, b.count), Math.max(a.each, b.each))

function measured (value: unknown): Size {
  if (typeof value === 'string') return sized(value.length)
  if (typeof value !== 'object' || value === null) return ONE
  const each = Object.values(value).map((item) => measured(item).total)
  const total = each.reduce((sum, one) => sum + one, 0)
  return Array.isArray(value) ? sized(total, value.length, Math.max(0, ...each)) : sized(total)
}

export function listOf<T> (r: Reader, one: (r: Reader) => T): T[] {
  const all = [one(r)]
  while (r.skip(',')) all.push(one(r))
  return all
}
