import { CLOSED, VERBS } from './lexicon.js'
import { isVerb, type Tag } from './tagset.js'

type Correction = (tags: readonly Tag[], words: readonly string[], i: number) => Tag | undefined

const NOMINAL = new Set<Tag>(['NN', 'NNP', 'JJ', 'CD', 'DT', 'PS', 'VBG'])
const isThird = (word: string): boolean => word.endsWith('s') && VERBS.has(word.toLowerCase())
const verbLemma = (word: string): string | undefined => VERBS.get(word.toLowerCase())

/** Mends the tags of one sentence in place, left to right, where compromise errs most on short prose. */
export function correct (tags: Tag[], words: readonly string[]): void {
  for (let i = 0; i < tags.length; i++) for (const correction of CORRECTIONS) tags[i] = correction(tags, words, i) ?? tags[i]!
  findMissingVerb(tags, words)
}

const CORRECTIONS: Correction[] = [
  // "The North Face", "Who Gives A Crap": small words inside a name
  (tags, words, i) => i > 0 && words[i] !== 'I' && isCapital(words[i]) && CLOSED.has(words[i]!.toLowerCase()) && (tags[i - 1] === 'NNP' || isCapital(words[i + 1])) && namesOn(words, i) ? 'NNP' : undefined,
  (tags, words, i) => words[i]!.toLowerCase() === 'that' ? that(tags, words, i) : undefined,
  // "provided that", "followed her on Instagram"
  (tags, words, i) => /^provided$/i.test(words[i]!) && /^that$/i.test(words[i + 1] ?? '') ? 'SC' : undefined,
  (tags, words, i) => /^her$/i.test(words[i]!) && /^(?:IN|TO|CC|DT|RB|,|\.|:)$/.test(tags[i + 1] ?? '.') ? 'PRP' : undefined,
  // "about skincare and sleep in Portuguese": a noun where no object follows; "in Malmö and post about mending" is none
  (tags, words, i) => tags[i] === 'VB' && BOTH.test(words[i]!) && words[i + 1] !== 'about' && /^(?:CC|,)$/.test(tags[i - 1] ?? '') && /^(?:IN|CC|,|\.|:)$/.test(tags[i + 1] ?? '.') && afterPreposition(tags, i) ? 'NN' : undefined,
  (tags, words, i) => /^(?:most|more|all|both|each)$/i.test(words[i]!) && tags[i - 1] === 'PRP' ? 'RB' : undefined,
  // "plant-based cooking", "review tinned fish", "Retired teacher": a participle before its noun
  (tags, words, i) => /^VB[DN]$/.test(tags[i]!) && !AUXILIARY.test(words[i]!) && participleBefore(tags, words, i) ? 'JJ' : undefined,
  // "my podcast covers night trains": the first known verb after a subject that a possessive or a name opens
  (tags, words, i) => tags[i] === 'NN' && isThird(words[i]!) && !hasFinite(tags, i) && opensSubject(tags, words, i) && (NOMINAL.has(tags[i + 1] ?? '.') || tags[i + 1] === 'IN' || tags[i + 1] === 'TO') ? 'VBZ' : undefined,
  // "fixes toasters, helps at cafes and speaks": the row of verbs goes on
  (tags, words, i) => tags[i] === 'NN' && isThird(words[i]!) && /^(?:,|CC)$/.test(tags[i - 1] ?? '') && hasThird(tags, words, i) && /^(?:IN|DT|PS|NN|NNP|JJ)$/.test(tags[i + 1] ?? '') ? 'VBZ' : undefined,
  // "makes glazes", "board games": a noun where the clause has its verb
  (tags, words, i) => tags[i] === 'VBZ' && !AUXILIARY.test(words[i]!) && (/^(?:VB|VBZ|VBD)$/.test(tags[i - 1] ?? '') ? !AUXILIARY.test(words[i - 1]!) : /^(?:NN|JJ)$/.test(tags[i - 1] ?? '') && (verbHere(tags, i) || noSubject(words, tags, i) || bare(tags, i))) ? 'NN' : undefined,
  // "is open to"
  (tags, words, i) => tags[i] === 'VB' && !AUXILIARY.test(words[i]!) && /^(?:am|is|are|was|were|be)$/i.test(auxiliary(tags, words, i)) ? 'JJ' : undefined,
  // "Bike repair in a container", "Film reviews": what is no order at the beginning
  (tags, words, i) => i === 0 && tags[i] === 'VB' && BOTH.test(words[i]!) && /^(?:NN|CC|,)$/.test(tags[1] ?? '.') ? 'NN' : undefined,
  // "Covers night trains": a profile that leaves out "she"
  (tags, words, i) => i === 0 && /^NNP?$/.test(tags[i]!) && /^(?:NN|JJ|DT|PS|NNP)$/.test(tags[1] ?? '.') && isThird(words[0]!) && !BOTH.test(words[0]!.slice(0, -1)) ? 'VBZ' : undefined,
  // "love felt"
  (tags, words, i) => tags[i] === 'VBD' && /^(?:VB|VBZ)$/.test(tags[i - 1] ?? '.') && !AUXILIARY.test(words[i - 1]!) ? 'NN' : undefined,
  // "Open to outdoor brands"
  (tags, words, i) => i === 0 && tags[i] === 'VB' && /^open$/i.test(words[0]!) ? 'JJ' : undefined,
  // "since 2019"
  (tags, words, i) => tags[i] === 'SC' && /^(?:since|until)$/i.test(words[i]!) && /^(?:CD|NNP)$/.test(tags[i + 1] ?? '') ? 'IN' : undefined,
  // "to Tokyo", "to women": a preposition
  (tags, words, i) => tags[i] === 'TO' && !infinitive(tags, words, i + 1) ? 'IN' : undefined,
  // "like" is a verb after a pronoun, a modal or "to"; "looks like" is not
  (tags, words, i) => /^likes?$/i.test(words[i]!) && /^(?:PRP|MD|TO|NOT|RB)$/.test(tags[i - 1] ?? '') && !isVerb(tags[i - 2] ?? 'X') ? formOf(words[i]!) : undefined,
  // "the work", "my run", "great shoots"
  (tags, words, i) => finite(tags, words, i) && i > 0 && (/^(?:DT|PS|POS|IN)$/.test(tags[i - 1]!) || (tags[i - 1] === 'JJ' && /^(?:DT|PS|POS|IN)$/.test(tags[i - 2] ?? ''))) ? 'NN' : undefined,
  // "I work", "who cover", "will team up", "to back", "don't test"
  (tags, words, i) => isOpen(tags[i]!) && !AUXILIARY.test(words[i]!) && VERBS.has(words[i]!.toLowerCase()) && beforeVerb(tags, words, i)
    ? formOf(words[i]!)
    : undefined,
  // a bare form nobody knows as a verb, and nothing before it that asks for one
  (tags, words, i) => tags[i] === 'VB' && verbLemma(words[i]!) === undefined && !beforeVerb(tags, words, i) ? 'NN' : undefined,
  (tags, words, i) => tags[i] === 'VBZ' && verbLemma(words[i]!) === undefined && /^(?:NN|NNP|JJ)$/.test(tags[i - 1] ?? '') && (hasFinite(tags, i) || !/^(?:DT|PS|PRP|NNP|CD)$/.test(tags[i + 1] ?? '.')) ? 'NN' : undefined,
  // "fast fashion", "daily vlogs"
  (tags, words, i) => tags[i] === 'RB' && !CLOSED.has(words[i]!.toLowerCase()) && /^(?:NN|VBG)$/.test(tags[i + 1] ?? '') && (!words[i]!.endsWith('ly') || /^(?:dai|week|month|year|ear|fami)ly$/i.test(words[i]!)) ? 'JJ' : undefined,
  // "has hosted", "is sponsored": participle after have and be
  (tags, words, i) => tags[i] === 'VBD' && !AUXILIARY.test(words[i]!) && BE_OR_HAVE.test(auxiliary(tags, words, i)) ? 'VBN' : undefined,
  // "a campaign sponsored by": no object, an agent
  (tags, words, i) => tags[i] === 'VBD' && /^by$/i.test(words[i + 1] ?? '') ? 'VBN' : undefined,
  // "a tailored suit"
  (tags, words, i) => /^VB[DN]$/.test(tags[i]!) && !AUXILIARY.test(words[i]!) && /^(?:DT|PS)$/.test(tags[i - 1] ?? '') ? 'JJ' : undefined,
  // "a mending brand", "slow cooking", "love hiking", "running, not so much"
  (tags, words, i) => tags[i] === 'VBG' && !AUXILIARY.test(words[i]!) && gerundNoun(tags, words, i) ? 'NN' : undefined,
  (tags, words, i) => i === 0 && tags[i] === 'VBD' && words[i]!.endsWith('ed') && tags[1] === 'IN' ? 'VBN' : undefined
]

const BOTH = /^(?:harvest|farm|smoke|sleep|bike|game|film|book|design|home|travel|work|garden|train|camp|print|surf|dance|dress|style|craft|post|food|photograph|cycle|study|play|record|coach|host|cook|brew)$/i

/** Whether the row of phrases that "and" goes on with hangs on a preposition. */
const afterPreposition = (tags: readonly Tag[], i: number): boolean =>
  tags.findLastIndex((tag, at) => at < i && tag === 'IN') > tags.findLastIndex((tag, at) => at < i && isVerb(tag))

const BE_OR_HAVE = /^(?:am|is|are|was|were|be|been|being|has|have|had|having|get|gets|got)$/i
const OPENERS = /^(?:loved|made|founded|started|wrote|hosted|worked|built|launched|created)$/i

function participleBefore (tags: readonly Tag[], words: readonly string[], i: number): boolean {
  if (/-/.test(words[i]!) && !/^co-/i.test(words[i]!)) return true
  if (!/^(?:NN|NNP|JJ)$/.test(tags[i + 1] ?? '.') || BE_OR_HAVE.test(auxiliary(tags, words, i))) return false
  if (i === 0) return !OPENERS.test(words[0]!)
  if (tags[i - 1] === 'CC') return !tags.slice(0, i).some((tag) => /^(?:VBD|VBN|PRP)$/.test(tag))
  return /^(?:RB|VB|VBZ|VBD|VBG|IN|CD)$/.test(tags[i - 1]!)
}

/** Whether the noun phrase that ends before a word can be a subject: it opens with a possessive or a name, and begins its clause. */
function opensSubject (tags: readonly Tag[], words: readonly string[], i: number): boolean {
  if (tags[i - 1] === ',' && tags[i - 2] === 'NNP') return true
  if (!/^(?:NN|NNP|PRP)$/.test(tags[i - 1] ?? '.')) return false
  let at = i - 1
  while (at > 0 && /^(?:NN|NNP|JJ|POS)$/.test(tags[at]!)) at--
  return tags[at] === 'PS' || (tags[at] === 'DT' && /^(?:the|this|each|every)$/i.test(words[at]!)) || tags[i - 1] === 'NNP'
}

/** "night trains": one thing without an article is hardly ever the subject of a verb, unless it opens the sentence. */
function bare (tags: readonly Tag[], i: number): boolean {
  let at = i - 1
  while (at >= 0 && (tags[at] === 'NN' || tags[at] === 'JJ')) at--
  return at >= 0 && at < i - 1 && (tags[at] === 'IN' || (/^(?:,|CC|VB|VBZ|VBD|VBG)$/.test(tags[at]!) && hasFinite(tags, i)))
}

function verbHere (tags: readonly Tag[], i: number): boolean {
  for (let at = i - 1; at >= 0 && !BOUNDARY.has(tags[at]!); at--) if (/^(?:VB|VBZ|VBD|VBG|MD)$/.test(tags[at]!)) return true
  return false
}

/** "No alcohol sponsors since 2022" */
const noSubject = (words: readonly string[], tags: readonly Tag[], i: number): boolean => /^no$/i.test(words[0]!) && !tags.slice(1, i).some((tag) => BOUNDARY.has(tag))
const hasThird = (tags: readonly Tag[], words: readonly string[], i: number): boolean => tags.slice(0, i).some((tag, at) => tag === 'VBZ' && !AUXILIARY.test(words[at]!))

const AUXILIARY = /^(?:am|is|are|was|were|be|been|being|has|have|had|having|do|does|did|doing|done)$/i
const isCapital = (word: string | undefined): boolean => word !== undefined && /^\p{Lu}/u.test(word) && word !== 'I'
const finite = (tags: readonly Tag[], words: readonly string[], i: number): boolean => (tags[i] === 'VB' || tags[i] === 'VBZ') && !AUXILIARY.test(words[i]!)

/** A capital letter means something only where not every word has one. */
const namesOn = (words: readonly string[], i: number): boolean => words.slice(Math.max(0, i - 8), i + 8).some((word) => /^\p{Ll}/u.test(word))

/** "the brand that I want" and "airlines that listen" relate, "has it that Leo" reports, "that brand" points. */
function that (tags: readonly Tag[], words: readonly string[], i: number): Tag {
  const at = (place: number): Tag => tags[place] ?? '.'
  const [before, next, second] = [at(i - 1), at(i + 1), at(i + 2)]
  const verb = /^(?:VB.?|MD|RB|NOT)$/.test(next)
  if (/^(?:NN|NNP|CD)$/.test(before)) return next === 'NN' && !VERBS.has(words[i + 1]!) ? 'DT' : 'WP'
  if (verb) return before === ',' ? 'WP' : 'PRP'
  return /^(?:PRP|DT|PS|NNP)$/.test(next) || (isVerb(before) && isVerb(second)) ? 'SC' : 'DT'
}

function infinitive (tags: readonly Tag[], words: readonly string[], i: number): boolean {
  const at = tags[i] === 'RB' || tags[i] === 'NOT' ? i + 1 : i
  if (tags[at] === 'VB') return verbLemma(words[at]!) !== undefined || tags[at + 1] !== 'NN'
  return (verbLemma(words[at] ?? '') === words[at]?.toLowerCase() && !['DT', 'PS', 'NNP', 'CD', 'PRP'].includes(tags[at] ?? ''))
}

function hasFinite (tags: readonly Tag[], to: number): boolean {
  for (let i = to - 1; i >= 0 && !['WP', 'SC', ':', '.'].includes(tags[i]!); i--) if (isVerb(tags[i]!) && tags[i] !== 'VBG' && tags[i] !== 'VBN') return true
  return false
}

const ACTIVITY = /^(?:forag|sleep|mend|repair|hik|bik|cycl|climb|swimm|surf|stream|gam|photograph|garden|knitt|sew|danc|sing|runn|cook|bak|paint|travell?|train|cod|read|writ|fish|camp|sail|ski|skat|box|row|draw|publish|advertis|market|edit)ing$/i

/** Whether a form in -ing names something. It acts where it follows a form of be, or has an object of its own. */
function gerundNoun (tags: readonly Tag[], words: readonly string[], i: number): boolean {
  const before = tags[i - 1] ?? '.'
  if (/^(?:am|is|are|was|were|been|be|'s|stop|stopped|quit|keep)$/i.test(auxiliary(tags, words, i))) return false
  if (['DT', 'PS', 'POS', 'JJ'].includes(before)) return true
  const next = tags[i + 1] ?? '.'
  if (verbLemma(words[i]!) !== undefined && !ACTIVITY.test(words[i]!)) return [',', 'CC', '.', ':'].includes(next) && i > 0
  return !(['DT', 'PS'].includes(next) || (i === 0 && next === 'JJ'))
}

const isOpen = (tag: Tag): boolean => ['NN', 'JJ', 'IN', 'RB', 'VB', 'VBZ', 'VBD'].includes(tag)

/** Whether what stands before a word asks for a verb: "to", a modal, a pronoun. */
function beforeVerb (tags: readonly Tag[], words: readonly string[], i: number): boolean {
  const at = beforeAdverbs(tags, i)
  if (at < 0) return false
  if (tags[at] === 'TO') return tags[i] !== 'NNP'
  return tags[at] === 'MD' || /^(?:do|does|did)$/i.test(words[at]!) || (tags[i] !== 'RB' && (/^(?:i|we|they|you|he|she|who)$/i.test(words[at]!) || isRelative(tags, words, at)))
}

const isRelative = (tags: readonly Tag[], words: readonly string[], at: number): boolean => tags[at] === 'WP' && words[at]!.toLowerCase() === 'that'

function beforeAdverbs (tags: readonly Tag[], i: number): number {
  let at = i - 1
  while (at >= 0 && (tags[at] === 'RB' || tags[at] === 'NOT')) at--
  return at
}

const auxiliary = (tags: readonly Tag[], words: readonly string[], i: number): string => words[beforeAdverbs(tags, i)] ?? ''

function formOf (word: string): Tag {
  if (/ing$/i.test(word)) return 'VBG'
  if (verbLemma(word) === word.toLowerCase()) return 'VB'
  return /s$/i.test(word) ? 'VBZ' : 'VBD'
}

const BOUNDARY = new Set<Tag>([':', '.', ',', 'WP', 'SC', 'CC', '(', ')'])
const NEVER_SUBJECT = /^no$/i

/** "Ella covers makeup", "My podcast interviews women": where a clause has no verb, a known verb form between two noun phrases is one. */
function findMissingVerb (tags: Tag[], words: readonly string[]): void {
  let from = 0
  for (let to = 0; to <= tags.length; to++) {
    if (to < tags.length && !BOUNDARY.has(tags[to]!)) continue
    const finite = tags.slice(from, to).some((tag) => tag === 'MD' || (isVerb(tag) && tag !== 'VBG' && tag !== 'VBN'))
    if (!finite && !NEVER_SUBJECT.test(words[from] ?? '')) promote(tags, words, from, to)
    from = to + 1
  }
}

function promote (tags: Tag[], words: readonly string[], from: number, to: number): void {
  // after an apposition the verb comes first: "My podcast, Desi Debug, interviews women"
  const first = tags[from - 1] === ',' && tags[from - 2] === 'NNP' && !hasFinite(tags, from) ? from : from + 1
  for (let i = first; i < to - 1; i++) {
    if (!couldBeVerb(tags, words, i) || !(NOMINAL.has(tags[i + 1]!) || tags[i + 1] === 'IN')) continue
    tags[i] = formOf(words[i]!)
    return
  }
}

/** A form that a verb may have, behind a noun that agrees with it. */
function couldBeVerb (tags: readonly Tag[], words: readonly string[], i: number): boolean {
  if (!/^(?:NN|IN)$/.test(tags[i]!) || verbLemma(words[i]!) === undefined || /ing$/.test(words[i]!) || !/^(?:NN|NNP|PRP|,)$/.test(tags[i - 1]!) || bare(tags, i)) return false
  return /s$/i.test(words[i]!) || tags[i - 1] !== 'NN' || /s$|^people$|men$|children$/i.test(words[i - 1]!)
}
