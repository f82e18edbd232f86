import type { Span } from '../../models/triple.js'
import type { Chunk } from './chunks.js'
import { startsTime } from './chunks.js'
import type { Token } from './tokens.js'

/** One thing that is named: its words, where they stand, and the token that says what kind of thing it is. */
export interface Phrase { text: string, span: Span, from: number, to: number, head: number, negated: boolean, about?: Phrase[], stem?: string }
/** Things in the same place of a clause: the objects of the verb (no preposition), or of one preposition. */
export interface Slot { prep: string, items: Phrase[] }

/** The objects and prepositional phrases after a verb; prepositional phrases that only narrow a noun stay within it. */
export function slots (tokens: readonly Token[], rest: readonly Chunk[], source: Source, keepsPlace = false): Slot[] {
  const found: Slot[] = []
  const now: Place = { prep: '', negated: false, joins: false }
  for (let at = 0; at < rest.length && !ends(tokens, rest[at]!); at++) {
    const chunk = rest[at]!
    follow(now, chunk, tokens[chunk.from]!.norm.toLowerCase(), found)
    if (chunk.kind !== 'NP' || startsTime(tokens, chunk.from)) continue
    const end = extended(tokens, rest, at, keepsPlace)
    const item = phrase(tokens, chunk.from, rest[end]!.to, chunk.head, source, now.negated)
    if (end > at) tail(item, rest[end]!, tokens, source)
    put(item, now, found, tokens)
    at = end
    Object.assign(now, { joins: false, negated: false, prep: rest[at + 1]?.kind === 'IN' ? '' : now.prep })
  }
  return found.map((slot) => ({ ...slot, items: shareHead(slot.items, tokens, source) }))
}

/** Where the reader stands: after which preposition, after a "not", after a comma or "and". */
interface Place { prep: string, negated: boolean, joins: boolean }

function follow (now: Place, chunk: Chunk, word: string, found: readonly Slot[]): void {
  if (NEGATING.test(word) && chunk.kind !== 'NP') now.negated = true
  if (chunk.kind === 'CC' || chunk.kind === ',') now.joins = found.length > 0
  if (chunk.kind !== 'IN') return
  now.joins = EXCEPT.test(word) && found.length > 0
  now.prep = now.joins ? found.at(-1)!.prep : word
}

const ends = (tokens: readonly Token[], chunk: Chunk): boolean =>
  (chunk.kind === 'SIGN' && tokens[chunk.from]!.tag === ':') || (chunk.kind === 'SC' && tokens[chunk.from]!.norm.toLowerCase() !== 'so')

/** What the last prepositional phrase of a noun phrase means for those that "and" adds. */
function tail (item: Phrase, last: Chunk, tokens: readonly Token[], source: Source): void {
  if (/\babout\b/.test(item.text)) item.about = [phrase(tokens, last.from, last.to, last.head, source)]
  if (tokens[last.head]!.tag === 'NNP') item.stem = source.slice(item.span.start, tokens[last.from]!.start)
}

/** Adds a phrase to the one it is joined with, or opens a new slot. */
function put (item: Phrase, { joins, prep }: Place, found: Slot[], tokens: readonly Token[]): void {
  const slot = found.at(-1)
  const before = slot?.items.at(-1)
  if (!joins || slot === undefined || before === undefined || slot.prep !== prep) found.push({ prep, items: [item] })
  // "videos about tea and cake": about both
  else if (before.about !== undefined && item.about === undefined) before.about.push(item)
  // "carts of Kochi and Mumbai": the carts of both
  else if (before.stem !== undefined && tokens[item.head]!.tag === 'NNP') slot.items.push({ ...item, text: before.stem + item.text, stem: before.stem, head: before.head })
  else slot.items.push(item)
}

const NEGATING = /^(?:not|except|without|minus|never)$/
const EXCEPT = /^(?:except|minus|like|including)$/

/** The text a phrase is cut from, and where its tokens stand in it. */
export interface Source { slice: (from: number, to: number) => string }

/** How far a noun phrase goes on: "of" and "about" always belong to it, "with" and "in" when they say which one is meant. */
function extended (tokens: readonly Token[], rest: readonly Chunk[], at: number, keepsPlace: boolean): number {
  let end = at
  while (rest[end + 1]?.kind === 'IN' && rest[end + 2]?.kind === 'NP' && narrows(tokens, rest[end + 1]!, rest[end + 2]!, rest[at]!, keepsPlace)) end += 2
  return end
}

function narrows (tokens: readonly Token[], prep: Chunk, object: Chunk, noun: Chunk, keepsPlace: boolean): boolean {
  const word = tokens[prep.from]!.norm.toLowerCase()
  if (word === 'of' || word === 'between') return true
  const [of, what] = [tokens[noun.head]!.tag, tokens[object.head]!.tag]
  if ([of, what].includes('PRP') || what === 'DT' || startsTime(tokens, object.from)) return false
  if (/^(?:with|about|under|over|aged)$/.test(word)) return true
  if (keepsPlace) return /^(?:in|from|across|for)$/.test(word)
  return word === 'in' && ![of, what].includes('NNP') && what !== 'CD'
}

export function phrase (tokens: readonly Token[], from: number, to: number, head: number, source: Source, negated = false): Phrase {
  let first = from
  const determiner = tokens[from]!.norm.toLowerCase()
  const no = /^(?:no|neither|zero|none)$/.test(determiner)
  while (first < to - 1 && /^(?:no|neither|either|both|the|a|an|my|our|your|his|her|its|their|some|any|not)$/i.test(tokens[first]!.norm)) first++
  const span = { start: tokens[first]!.start, end: tokens[to - 1]!.end }
  return { text: source.slice(span.start, span.end), span, from: first, to, head, negated: negated || no }
}

const CATEGORY = /^(?:product|brand|label|creator|compan(?:y|ie)|content|maker|artist|business(?:e)?|workshop|video|class(?:e)?|channel|account|communit(?:y|ie)|lover|fan|enthusiast|market|podcast|shop|store|studio|designer|industr(?:y|ie)|sector|event|festival|tutorial|recipe|gear|tip|service|partner|sponsor|collaboration|campaign|influencer|blogger|photographer|writer|chef|start-?up|compan|line|range|good|topic)s?$/

/** "skincare and haircare products": a bare word before the last phrase takes its head. */
function shareHead (items: Phrase[], tokens: readonly Token[], source: Source): Phrase[] {
  const last = items.at(-1)
  if (items.length < 2 || last === undefined || last.to - last.from !== 2 || !CATEGORY.test(last.text.split(' ').at(-1)!.toLowerCase())) return items
  const head = source.slice(tokens[last.to - 1]!.start, tokens[last.to - 1]!.end)
  return items.map((item) => item !== last && item.to - item.from === 1 && bare(tokens[item.from]!) ? { ...item, text: `${item.text} ${head}` } : item)
}

const bare = (token: Token): boolean => (token.tag === 'NN' && !token.norm.endsWith('s')) || token.tag === 'JJ' || token.tag === 'VBG'
