import { PARTICLES, READINESS, REFUSALS, VERBS, WISHES } from './lexicon.js'
import { isVerb } from './tagset.js'
import type { Token } from './tokens.js'

/** A half-open range of token positions. */
export interface Range { from: number, to: number }
export interface Chunk extends Range { kind: 'NP' | 'VG' | 'IN' | 'CC' | 'SC' | 'WP' | 'ADJ' | 'ADV' | 'TO' | ',' | 'SIGN', head: number }

type Reader = (tokens: readonly Token[], at: number) => Chunk | null

/** A sentence as a row of phrases: noun phrases, verb groups and the words between them. */
export function chunks (tokens: readonly Token[]): Chunk[] {
  const row: Chunk[] = []
  for (let at = 0; at < tokens.length;) {
    const chunk = READERS.reduce<Chunk | null>((found, read) => found ?? read(tokens, at), null) ?? single(tokens, at)
    row.push(chunk)
    at = chunk.to
  }
  return row
}

const KIND: Partial<Record<Token['tag'], Chunk['kind']>> = { IN: 'IN', CC: 'CC', SC: 'SC', WP: 'WP', JJ: 'ADJ', VBN: 'ADJ', RB: 'ADV', NOT: 'ADV', TO: 'TO', ',': ',' }
const single = (tokens: readonly Token[], at: number): Chunk => ({ kind: KIND[tokens[at]!.tag] ?? 'SIGN', from: at, to: at + 1, head: at })

const is = (token: Token | undefined, ...tags: Token['tag'][]): boolean => token !== undefined && tags.includes(token.tag)
const norm = (token: Token | undefined): string => token?.norm.toLowerCase() ?? ''

// ——— noun phrases ———

const nounPhrase: Reader = (tokens, at) => {
  if (is(tokens[at], 'PRP')) return { kind: 'NP', from: at, to: at + 1, head: at }
  let end = baseNoun(tokens, at)
  if (end === at) return null
  // "Patagonia's gear": the possessive joins two phrases into one
  while (is(tokens[end], 'POS')) {
    const next = baseNoun(tokens, end + 1)
    if (next === end + 1) { end++; break }
    end = next
  }
  const head = headOf(tokens, at, end)
  return { kind: 'NP', from: at, to: end, head }
}

/** Where the phrase without possessives that begins here ends; `at` itself when none does. */
function baseNoun (tokens: readonly Token[], at: number): number {
  let end = at
  while (is(tokens[end], 'DT', 'PS')) end++
  let last = end === at + 1 && POINTING.test(norm(tokens[at])) ? end : at
  while (within(tokens, end) && !(end > at && startsTime(tokens, end))) {
    end = is(tokens[end], 'CD') ? afterNumber(tokens, end) : end + 1
    if (is(tokens[end - 1], 'NN', 'NNP', 'CD')) last = end
  }
  return aged(tokens, last)
}

/** "gamers aged 16-24" */
const aged = (tokens: readonly Token[], at: number): number => norm(tokens[at]) === 'aged' && is(tokens[at + 1], 'CD') ? afterNumber(tokens, at + 1) : at

const within = (tokens: readonly Token[], at: number): boolean => is(tokens[at], 'NN', 'NNP', 'CD') || PREMODIFIERS.some((before) => before(tokens, at))

const POINTING = /^(?:this|that|these|those|all|some|most|many|few|several|both|another|each)$/
const TIME = /^(?:days?|weeks?|months?|years?|mornings?|evenings?|nights?|weekends?|quarters?|seasons?|spring|summer|autumn|fall|winter|time|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)$/

/** "… every week", "… next spring": when something holds, not what. */
export const startsTime = (tokens: readonly Token[], at: number): boolean =>
  /^(?:every|each|next|last|this|per|once|twice)$/.test(norm(tokens[at])) && TIME.test(norm(tokens[at + 1]))

/** "10k to 50k", "1.2 million" */
function afterNumber (tokens: readonly Token[], at: number): number {
  let end = at + 1
  if (/^(?:to|and|-|–|or)$/.test(norm(tokens[end])) && is(tokens[end + 1], 'CD')) end += 2
  if (/^(?:k|m|thousand|million|billion)$/.test(norm(tokens[end]))) end++
  return end
}

/** What stands before a noun within the phrase. */
const PREMODIFIERS: ((tokens: readonly Token[], at: number) => boolean)[] = [
  (tokens, at) => is(tokens[at], 'JJ') && nounFollows(tokens, at + 1),
  (tokens, at) => is(tokens[at], 'VBN', 'VBD') && is(tokens[at - 1], 'DT', 'PS', 'JJ', 'POS') && is(tokens[at + 1], 'NN', 'NNP', 'JJ'),
  (tokens, at) => is(tokens[at], 'RB') && !OUTSIDE.test(norm(tokens[at])) && is(tokens[at + 1], 'JJ') && nounFollows(tokens, at + 2),
  (tokens, at) => norm(tokens[at]) === '&' && is(tokens[at - 1], 'NNP') && is(tokens[at + 1], 'NNP'),
  (tokens, at) => is(tokens[at], 'CC') && goesOn(tokens, at),
  (tokens, at) => is(tokens[at], ',') && is(tokens[at + 1], 'JJ') && goesOn(tokens, at)
]

const goesOn = (tokens: readonly Token[], at: number): boolean => is(tokens[at - 1], 'JJ') && modifies(tokens, at + 1) && nounFollows(tokens, at + 1)

const OUTSIDE = /^(?:also|then|now|here|there|always|never|not|too|please|back|out|up|down|away|mostly|mainly|only|just|currently)$/

/** "herbal and fruit teas", "slow and ethical fashion": what follows "and" stands before the same noun. */
const modifies = (tokens: readonly Token[], at: number): boolean =>
  is(tokens[at], 'JJ') || (is(tokens[at], 'NN') && is(tokens[at + 1], 'NN') && !is(tokens[at + 2], 'NN'))

function nounFollows (tokens: readonly Token[], at: number): boolean {
  let end = at
  while (is(tokens[end], 'JJ', 'VBN', 'CC', ',') && end < at + 6) {
    if (is(tokens[end], ',', 'CC') && !modifies(tokens, end + 1)) return false
    if (is(tokens[end], 'VBN') && !is(tokens[end + 1], 'NN', 'NNP')) return false
    end++
  }
  return is(tokens[end], 'NN', 'NNP', 'CD')
}

function headOf (tokens: readonly Token[], from: number, to: number): number {
  let head = to - 1
  while (head > from && is(tokens[head], 'POS', 'CD') && is(tokens[head - 1], 'NN', 'NNP')) head--
  return head
}

// ——— verb groups ———

/** Auxiliaries, negation, adverbs and verbs that belong together: "would love to team up", "has never promoted", "can't stop talking". */
const verbGroup: Reader = (tokens, at) => {
  let end = at
  let head = -1
  for (;;) {
    const next = verbPart(tokens, end)
    if (next === null) break
    head = next.head
    end = next.to
    const chained = chain(tokens, head, end)
    if (chained < 0) break
    end = chained
  }
  if (head < 0) return null
  const particle = is(tokens[end], 'RB', 'IN') && PARTICLES.has(`${tokens[head]!.lemma}:${norm(tokens[end])}`)
  return { kind: 'VG', from: at, to: particle ? end + 1 : end, head }
}

/** Modals and auxiliaries up to one full verb (or a bare form of be, have, do). */
function verbPart (tokens: readonly Token[], at: number): { head: number, to: number } | null {
  let head = -1
  for (let i = at; i < tokens.length && (head < 0 || auxiliary(tokens[head]!)); i++) {
    if (accompanies(tokens, i)) continue
    if (!isVerb(tokens[i]!.tag) || (head >= 0 && !agrees(tokens[head]!, tokens[i]!))) break
    head = i
  }
  return head < 0 ? null : { head, to: afterNot(tokens, head + 1) }
}

/** "is not", "are never": the sign of negation belongs to the verb that stands alone. */
function afterNot (tokens: readonly Token[], at: number): number {
  let to = at
  while (is(tokens[to], 'NOT') || isNoLonger(tokens, to)) to++
  return to
}

const accompanies = (tokens: readonly Token[], i: number): boolean =>
  is(tokens[i], 'MD', 'NOT') || isNoLonger(tokens, i) || (is(tokens[i], 'RB') && verbAhead(tokens, i))

const auxiliary = (token: Token): boolean => ['be', 'have', 'do', 'get'].includes(token.lemma)
const isNoLonger = (tokens: readonly Token[], i: number): boolean =>
  (norm(tokens[i]) === 'no' && norm(tokens[i + 1]) === 'longer') || (norm(tokens[i]) === 'longer' && norm(tokens[i - 1]) === 'no')

function agrees (aux: Token, verb: Token): boolean {
  if (aux.lemma === 'be') return is(verb, 'VBG', 'VBN', 'VBD')
  if (aux.lemma === 'do') return is(verb, 'VB')
  return is(verb, 'VBN', 'VBD')
}

function verbAhead (tokens: readonly Token[], at: number): boolean {
  for (let i = at + 1; i < Math.min(tokens.length, at + 4); i++) {
    if (isVerb(tokens[i]!.tag) && !(is(tokens[i], 'VBG') && !auxiliary(tokens[at - 1] ?? tokens[i]!))) return true
    if (!is(tokens[i], 'RB', 'NOT', 'MD')) return false
  }
  return false
}

/** Where the next verb of a chain begins (after "to" of a wish or refusal, after "be happy to", at the gerund after stop and quit), or -1. */
function chain (tokens: readonly Token[], head: number, at: number): number {
  let end = at
  while (is(tokens[end], 'RB') && !/^(?:up|out|down|back|away|forward)$/.test(norm(tokens[end]))) end++
  return LINKS.reduce((found, link) => found >= 0 ? found : link(tokens, tokens[head]!, end), -1)
}

const LINKS: ((tokens: readonly Token[], verb: Token, at: number) => number)[] = [
  (tokens, verb, at) => is(tokens[at], 'TO') && baseAhead(tokens, at + 1) && controls(verb.lemma, norm(verb)) ? at + 1 : -1,
  (tokens, verb, at) => verb.lemma === 'be' && READINESS.has(norm(tokens[at])) ? ready(tokens, at) : -1,
  (tokens, verb, at) => is(tokens[at], 'VBG') && GERUND.test(verb.lemma) && gerundChain(tokens, verb.lemma, at) ? at : -1,
  (tokens, verb, at) => verb.lemma === 'look' && norm(tokens[at]) === 'forward' && is(tokens[at + 2], 'VBG') ? at + 2 : -1
]

const GERUND = /^(?:consider|imagine|keep|stop|quit|start|avoid|begin|continue|resist|help|love|enjoy|like|hate|cease)$/

function ready (tokens: readonly Token[], end: number): number {
  const to = tokens[end + 1]
  return (is(to, 'TO', 'IN') && is(tokens[end + 2], 'VBG')) || (is(to, 'TO') && baseAhead(tokens, end + 2)) ? end + 2 : -1
}

/** "stop promoting" always chains; "love making" only when the gerund has an object or preposition that its own verb wants. */
function gerundChain (tokens: readonly Token[], lemma: string, at: number): boolean {
  if (!/^(?:love|enjoy|like|hate)$/.test(lemma)) return VERBS.has(norm(tokens[at])) || is(tokens[at + 1], 'IN', 'DT', 'PS')
  return VERBS.has(norm(tokens[at])) && is(tokens[at + 1], 'IN') && /^(?:talk|write|work|post|blog|vlog|collaborate|partner)$/.test(tokens[at]!.lemma)
}

const baseAhead = (tokens: readonly Token[], at: number): boolean =>
  is(tokens[at], 'VB') || (is(tokens[at], 'RB') && is(tokens[at + 1], 'VB')) || (is(tokens[at], 'NOT') && is(tokens[at + 1], 'VB'))

const controls = (lemma: string, form: string): boolean =>
  form === 'used' || WISHES.has(lemma) || REFUSALS.has(lemma) ||
  /^(?:be|have|use|start|begin|continue|get|go|help|decide|choose|manage|consider|agree|promise|expect|seem|appear|tend|love|wait)$/.test(lemma)

const READERS: Reader[] = [verbGroup, nounPhrase]
