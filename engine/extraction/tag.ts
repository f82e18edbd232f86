import nlp from 'compromise'
import { CLOSED, VERBS } from './lexicon.js'

/**
 * A small Penn-like tag set. Forms of be, have and do are verbs with that lemma.
 * NN common noun, NNP name, JJ, RB, CD number, DT, PRP pronoun, POS "'s", PS possessive pronoun, IN preposition, TO,
 * CC and/or/but, SC subordinator, WP relative or question word, MD modal, NOT, VB base or present, VBZ, VBD, VBG, VBN, X other sign.
 */
export type Tag = 'NN' | 'NNP' | 'JJ' | 'RB' | 'CD' | 'DT' | 'PRP' | 'POS' | 'PS' | 'IN' | 'TO' | 'CC' | 'SC' | 'WP' | 'MD' | 'NOT' |
  'VB' | 'VBZ' | 'VBD' | 'VBG' | 'VBN' | ',' | ':' | '.' | '(' | ')' | '"' | 'X'
/** `name`: what a name is likely to name. */
export interface Tagged { tag: Tag, lemma: string, name?: 'place' | 'person' }

export const isVerb = (tag: Tag): boolean => tag.startsWith('VB')

/** The tag and lemma of each word of one sentence. All of tagging is behind this function, so that a trained tagger can take its place. */
export function tag (words: readonly string[]): Tagged[] {
  const guesses = guess(words)
  const tags = words.map((word, i) => closed(word) ?? open(word, guesses[i]!, i))
  for (let i = 0; i < tags.length; i++) for (const correct of CORRECTIONS) tags[i] = correct(tags, words, i) ?? tags[i]!
  findMissingVerb(tags, words)
  return words.map((word, i) => ({ tag: tags[i]!, lemma: lemma(word, tags[i]!), ...(tags[i] === 'NNP' ? naming(guesses[i]!) : {}) }))
}

const SIGNS: ReadonlyMap<string, Tag> = new Map([[',', ','], [';:—–-…', ':'], ['.!?', '.'], ['([{', '('], [')]}', ')'], ['"“”\'‘’`', '"']]
  .flatMap(([signs, tag]) => [...signs!, ...(tag === ':' ? ['--', '...'] : [])].map((sign) => [sign, tag as Tag] as const)))

function closed (word: string): Tag | undefined {
  const lower = word.toLowerCase()
  const known = SIGNS.get(word) ?? CLOSED.get(lower)
  if (known !== undefined) return known
  if (/^[@#]./.test(word)) return 'NNP'
  if (/^(?:[$€£¥]|US\$|A\$|C\$)?\d/.test(word)) return /^\d+(?:st|nd|rd|th)$|^\d+-[a-z]/i.test(word) ? 'JJ' : 'CD'
  return /[\p{L}\p{N}]/u.test(word) ? undefined : 'X'
}

type Guess = ReadonlySet<string>

interface Term { text: string, normal: string, pre: string, post: string, tags: string[] }
interface Parsed { document: { text: string, tags: Set<string> }[][] }
const parse = nlp as unknown as (input: { terms: Term[] }[]) => Parsed

/** compromise on words that are already split; signs travel behind the word before them, where it expects them. */
function guess (words: readonly string[]): Guess[] {
  const terms: Term[] = []
  const at: number[] = []
  words.forEach((word, i) => {
    if (/[\p{L}\p{N}]/u.test(word)) at.push(terms.push({ text: word, normal: word.toLowerCase(), pre: '', post: ' ', tags: [] }) && i)
    else if (terms.length > 0) terms[terms.length - 1]!.post = word + ' '
  })
  const guesses: Guess[] = words.map(() => new Set())
  if (terms.length === 0) return guesses
  const parsed = (parse([{ terms }]).document[0] ?? []).filter((term) => term.text !== '')
  parsed.forEach((term, i) => { if (at[i] !== undefined) guesses[at[i]] = term.tags })
  return guesses
}

const VERB_FORM: [string, Tag][] = [['Gerund', 'VBG'], ['Participle', 'VBN'], ['PastTense', 'VBD'], ['Infinitive', 'VB']]

function open (word: string, guess: Guess, at: number): Tag {
  const capital = /^\p{Lu}/u.test(word)
  if (guess.has('Verb') && !(capital && at > 0 && !guess.has('Gerund'))) {
    if (/[^s]s$/.test(word)) return 'VBZ'
    return VERB_FORM.find(([name]) => guess.has(name))?.[1] ?? (word.endsWith('ing') ? 'VBG' : word.endsWith('ed') ? 'VBD' : 'VB')
  }
  if (capital && (at > 0 || isName(word, guess))) return 'NNP'
  if (guess.has('Adjective')) return 'JJ'
  if (guess.has('Adverb')) return 'RB'
  if (guess.has('Value')) return 'CD'
  return 'NN'
}

const naming = (guess: Guess): Pick<Tagged, 'name'> => guess.has('Place') ? { name: 'place' } : guess.has('Person') ? { name: 'person' } : {}

const isName = (word: string, guess: Guess): boolean =>
  ['ProperNoun', 'Person', 'Place', 'Organization'].some((name) => guess.has(name)) || /^\p{Lu}\p{Lu}|\p{Ll}\p{Lu}/u.test(word) ||
  (!['Singular', 'Plural', 'Adjective', 'Adverb', 'Actor', 'Uncountable'].some((name) => guess.has(name)))

type Correction = (tags: readonly Tag[], words: readonly string[], i: number) => Tag | undefined

const NOMINAL = new Set<Tag>(['NN', 'NNP', 'JJ', 'CD', 'DT', 'PS', 'VBG'])
const verbLemma = (word: string): string | undefined => VERBS.get(word.toLowerCase())

/** Where compromise errs most on short prose, by the tags already decided to the left. */
const CORRECTIONS: Correction[] = [
  // "The North Face", "Who Gives A Crap": small words inside a name
  (tags, words, i) => i > 0 && words[i] !== 'I' && isCapital(words[i]) && CLOSED.has(words[i]!.toLowerCase()) && (tags[i - 1] === 'NNP' || isCapital(words[i + 1])) && namesOn(words, i) ? 'NNP' : undefined,
  (tags, words, i) => words[i]!.toLowerCase() === 'that' ? that(tags, i) : undefined,
  (tags, words, i) => /^(?:most|more|all|both|each)$/i.test(words[i]!) && tags[i - 1] === 'PRP' ? 'RB' : undefined,
  // "plant-based cooking", "review tinned fish", "Retired teacher": a participle before its noun
  (tags, words, i) => /^VB[DN]$/.test(tags[i]!) && !AUXILIARY.test(words[i]!) && participleBefore(tags, words, i) ? 'JJ' : undefined,
  // "my podcast covers night trains": the first known verb after a subject that a possessive or a name opens
  (tags, words, i) => tags[i] === 'NN' && /s$/.test(words[i]!) && verbLemma(words[i]!) !== undefined && !hasFinite(tags, i) && opensSubject(tags, words, i) && (NOMINAL.has(tags[i + 1] ?? '.') || tags[i + 1] === 'IN' || tags[i + 1] === 'TO') ? 'VBZ' : undefined,
  // "fixes toasters, helps at cafes and speaks": the row of verbs goes on
  (tags, words, i) => tags[i] === 'NN' && /s$/.test(words[i]!) && verbLemma(words[i]!) !== undefined && /^(?:,|CC)$/.test(tags[i - 1] ?? '') && hasThird(tags, words, i) && /^(?:IN|DT|PS|NN|NNP|JJ)$/.test(tags[i + 1] ?? '') ? 'VBZ' : undefined,
  // "makes glazes", "board games": a noun where the clause has its verb
  (tags, words, i) => tags[i] === 'VBZ' && !AUXILIARY.test(words[i]!) && (/^(?:VB|VBZ|VBD)$/.test(tags[i - 1] ?? '') ? !AUXILIARY.test(words[i - 1]!) : /^(?:NN|JJ)$/.test(tags[i - 1] ?? '') && (verbHere(tags, i) || noSubject(words, tags, i) || bare(tags, i))) ? 'NN' : undefined,
  // "is open to"
  (tags, words, i) => tags[i] === 'VB' && !AUXILIARY.test(words[i]!) && /^(?:am|is|are|was|were|be)$/i.test(auxiliary(tags, words, i)) ? 'JJ' : undefined,
  // "Bike repair in a container", "Film reviews": what is no order at the beginning
  (tags, words, i) => i === 0 && tags[i] === 'VB' && BOTH.test(words[i]!) && /^(?:NN|CC|,)$/.test(tags[1] ?? '.') ? 'NN' : undefined,
  // "Covers night trains": a profile that leaves out "she"
  (tags, words, i) => i === 0 && /^NNP?$/.test(tags[i]!) && /s$/.test(words[0]!) && verbLemma(words[0]!) !== undefined && !BOTH.test(words[0]!.slice(0, -1)) && /^(?:NN|JJ|DT|PS|NNP)$/.test(tags[1] ?? '.') ? 'VBZ' : undefined,
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
  (tags, words, i) => isOpen(tags[i]!) && !AUXILIARY.test(words[i]!) && verbLemma(words[i]!) !== undefined && beforeVerb(tags, words, i) ? formOf(words[i]!) : undefined,
  // a bare form nobody knows as a verb, and nothing before it that asks for one
  (tags, words, i) => tags[i] === 'VB' && verbLemma(words[i]!) === undefined && !beforeVerb(tags, words, i) ? 'NN' : undefined,
  (tags, words, i) => tags[i] === 'VBZ' && verbLemma(words[i]!) === undefined && /^(?:NN|NNP|JJ)$/.test(tags[i - 1] ?? '') && (hasFinite(tags, i) || !/^(?:DT|PS|PRP|NNP|CD)$/.test(tags[i + 1] ?? '')) ? 'NN' : undefined,
  // "fast fashion", "daily vlogs"
  (tags, words, i) => tags[i] === 'RB' && !CLOSED.has(words[i]!.toLowerCase()) && /^(?:NN|VBG)$/.test(tags[i + 1] ?? '') && (!words[i]!.endsWith('ly') || /^(?:dai|week|month|year|ear|fami)ly$/i.test(words[i]!)) ? 'JJ' : undefined,
  // "has hosted", "is sponsored": participle after have and be
  (tags, words, i) => tags[i] === 'VBD' && !AUXILIARY.test(words[i]!) && /^(?:am|is|are|was|were|be|been|being|has|have|had|get|gets|got|having)$/i.test(auxiliary(tags, words, i)) ? 'VBN' : undefined,
  // "a campaign sponsored by": no object, an agent
  (tags, words, i) => tags[i] === 'VBD' && /^by$/i.test(words[i + 1] ?? '') ? 'VBN' : undefined,
  // "a tailored suit"
  (tags, words, i) => /^VB[DN]$/.test(tags[i]!) && !AUXILIARY.test(words[i]!) && /^(?:DT|PS)$/.test(tags[i - 1] ?? '') ? 'JJ' : undefined,
  // "a mending brand", "slow cooking", "love hiking", "running, not so much"
  (tags, words, i) => tags[i] === 'VBG' && !AUXILIARY.test(words[i]!) && gerundNoun(tags, words, i) ? 'NN' : undefined,
  (tags, words, i) => i === 0 && tags[i] === 'VBD' && words[i]!.endsWith('ed') && tags[1] === 'IN' ? 'VBN' : undefined
]

const BOTH = /^(?:bike|game|film|book|design|home|travel|work|garden|train|camp|print|surf|dance|dress|style|craft|post|food|photograph|cycle|study|play|record|coach|host|cook|brew)$/i

function participleBefore (tags: readonly Tag[], words: readonly string[], i: number): boolean {
  if (/-/.test(words[i]!) && !/^co-/i.test(words[i]!)) return true
  if (!/^(?:NN|NNP|JJ)$/.test(tags[i + 1] ?? '.')) return false
  if (/^(?:am|is|are|was|were|be|been|has|have|had|get|gets|got)$/i.test(auxiliary(tags, words, i))) return false
  const before = tags[i - 1] ?? 'start'
  if (before === 'CC' || before === ',') return !tags.slice(0, i).some((tag) => tag === 'VBD' || tag === 'VBN' || tag === 'PRP') && before === 'CC'
  return /^(?:start|RB|VB|VBZ|VBD|VBG|IN|CD)$/.test(before) && !(before === 'start' && /^(?:loved|made|founded|started|wrote|hosted|worked|built|launched|created)$/i.test(words[i]!))
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
  return at >= 0 && /^(?:,|CC|IN|VB|VBZ|VBD|VBG)$/.test(tags[at]!) && hasFinite(tags, i)
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

/** "the brand that I want" relates, "has it that Leo" reports, "that brand" points. */
function that (tags: readonly Tag[], i: number): Tag {
  const next = tags[i + 1] ?? '.'
  const noun = /^(?:NN|NNP|CD)$/.test(tags[i - 1] ?? '')
  if (isVerb(next) || next === 'MD' || next === 'RB' || next === 'NOT') return noun || tags[i - 1] === ',' ? 'WP' : 'PRP'
  if (['PRP', 'DT', 'PS', 'NNP'].includes(next)) return noun ? 'WP' : 'SC'
  return noun && next !== 'NN' ? 'WP' : isVerb(tags[i - 1] ?? '.') && tags[i + 2] !== undefined && isVerb(tags[i + 2]!) ? 'SC' : 'DT'
}

function infinitive (tags: readonly Tag[], words: readonly string[], i: number): boolean {
  const at = tags[i] === 'RB' || tags[i] === 'NOT' ? i + 1 : i
  return tags[at] === 'VB' || (verbLemma(words[at] ?? '') === words[at]?.toLowerCase() && !['DT', 'PS', 'NNP', 'CD', 'PRP'].includes(tags[at] ?? ''))
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

function beforeVerb (tags: readonly Tag[], words: readonly string[], i: number): boolean {
  let at = i - 1
  while (at >= 0 && (tags[at] === 'RB' || tags[at] === 'NOT')) at--
  const word = words[at]?.toLowerCase() ?? ''
  if (at < 0) return false
  if (tags[at] === 'TO') return tags[i] !== 'NNP'
  if (tags[at] === 'MD' || /^(?:do|does|did)$/.test(word)) return true
  return at < i && (/^(?:i|we|they|you|he|she|who)$/.test(word)) && tags[i] !== 'RB'
}

function auxiliary (tags: readonly Tag[], words: readonly string[], i: number): string {
  let at = i - 1
  while (at >= 0 && (tags[at] === 'RB' || tags[at] === 'NOT')) at--
  return words[at] ?? ''
}

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
  for (let i = 0; i <= tags.length; i++) {
    if (i < tags.length && !BOUNDARY.has(tags[i]!)) continue
    if (!tags.slice(from, i).some((tag) => tag === 'MD' || (isVerb(tag) && tag !== 'VBG' && tag !== 'VBN')) && !NEVER_SUBJECT.test(words[from] ?? '')) promote(tags, words, from, i)
    from = i + 1
  }
}

function promote (tags: Tag[], words: readonly string[], from: number, to: number): void {
  // after an apposition the verb comes first: "My podcast, Desi Debug, interviews women"
  const first = tags[from - 1] === ',' && tags[from - 2] === 'NNP' && !hasFinite(tags, from) ? from : from + 1
  for (let i = first; i < to - 1; i++) {
    if (!/^(?:NN|IN)$/.test(tags[i]!) || verbLemma(words[i]!) === undefined || /ing$/.test(words[i]!) || !/^(?:NN|NNP|PRP|,)$/.test(tags[i - 1]!)) continue
    if (!/s$/i.test(words[i]!) && tags[i - 1] === 'NN' && !/s$|^people$|men$|children$/i.test(words[i - 1]!)) continue
    if (!NOMINAL.has(tags[i + 1]!) && tags[i + 1] !== 'IN') continue
    tags[i] = formOf(words[i]!)
    return
  }
}

interface Methods { two: { transform: { verb: { toInfinitive: (word: string, model: unknown, tense?: string) => string }, noun: { toSingular: (word: string, model: unknown) => string } } } }
const library = nlp as unknown as { methods: () => Methods, model: () => unknown }
const { verb, noun } = library.methods().two.transform
const TENSE: Partial<Record<Tag, string>> = { VBZ: 'PresentTense', VBD: 'PastTense', VBN: 'Participle', VBG: 'Gerund' }

function lemma (word: string, tag: Tag): string {
  const lower = word.toLowerCase()
  if (!isVerb(tag)) return lower
  const known = verbLemma(lower)
  if (known !== undefined) return known
  if (tag === 'VB') return lower
  return verb.toInfinitive(lower, library.model(), tag === 'VBN' ? 'PastTense' : TENSE[tag]) || lower
}

export const singular = (word: string): string => noun.toSingular(word, library.model()) || word
