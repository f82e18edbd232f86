import { tag, type Tagged } from './tag.js'

/** One word or sign with its place in the text. `norm` is what it reads as: "n't" is "not", "'m" is "am". */
export interface Token extends Tagged { text: string, norm: string, start: number, end: number }

const WORD = new RegExp([
  /https?:\/\/\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.]+/u, // addresses
  /[@#][\p{L}\p{N}_](?:[\p{L}\p{N}_.]*[\p{L}\p{N}_])?/u, // handles and hashtags
  /(?:[$€£¥]|(?:US|A|C)\$)\s?\d(?:[\d.,]*\d)?(?:\s?[kKmM]\b)?(?:\s?[-–]\s?[$€£¥]?\d(?:[\d.,]*\d)?(?:[kKmM]\b)?)?/u, // money
  /\d(?:[\d.,]*\d)?[kKmM]?\+?[-–]\d(?:[\d.,]*\d)?[kKmM]?(?![\p{L}\d])/u, // ranges
  /(?:\p{Lu}\.){2,}/u, // U.S.
  /(?:Mr|Mrs|Ms|Dr|St|Prof|Jr|Sr)\./u,
  /\d+(?:[.,]\d+)*[\p{L}\p{M}]*\+?/u,
  /[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_]|[-'’.&/](?=[\p{L}\p{N}]))*/u,
  /\.{2,}|[-–—]{2,}/u,
  /\S/u
].map((part) => part.source).join('|'), 'gu')

const CLITIC = /^(.+?)(n['’]t|['’](?:m|re|ve|ll|d|s))$/i
const READS = new Map(Object.entries({ "n't": 'not', "'m": 'am', "'re": 'are', "'ve": 'have', "'ll": 'will', "'d": 'would', ca: 'can', wo: 'will', sha: 'shall' }))
const PRONOUN = /^(?:i|you|he|she|it|we|they|that|who|there|what|here|let)$/i

type Piece = Pick<Token, 'text' | 'norm' | 'start' | 'end'>

/** The words of a sentence, tagged, in the offsets of the text it comes from; `names` are words known to be part of a name. */
export function tokens (sentence: string, offset = 0, names?: ReadonlySet<string>): Token[] {
  const pieces: Piece[] = []
  for (const match of sentence.matchAll(WORD)) pieces.push(...split(match[0], offset + match.index))
  const tags = tag(pieces.map((piece) => piece.norm), names)
  return pieces.map((piece, i) => ({ ...piece, ...tags[i]! }))
}

function split (word: string, start: number): Piece[] {
  if (word.toLowerCase() === 'cannot') return [piece(word.slice(0, 3), start), { ...piece(word.slice(3), start + 3) }]
  const match = CLITIC.exec(word)
  if (match === null) return [piece(word, start)]
  const [, stem, clitic] = match as unknown as [string, string, string]
  return [piece(stem, start, undefined, clitic), piece(clitic, start + stem.length, stem)]
}

const piece = (text: string, start: number, before?: string, after?: string): Piece =>
  ({ text, norm: reading(text, before, after), start, end: start + text.length })

function reading (text: string, before?: string, after?: string): string {
  const lower = text.toLowerCase().replace('’', "'")
  if (lower === "'s") return before !== undefined && PRONOUN.test(before) ? 'is' : "'s"
  if (/^(?:ca|wo|sha)$/.test(lower) && !(after ?? '').toLowerCase().startsWith('n')) return text
  return READS.get(lower) ?? text.normalize('NFKC')
}
