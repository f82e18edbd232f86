import { createRequire } from 'node:module'
import { correct } from './corrections.js'
import { CLOSED, VERBS } from './lexicon.js'
import { isVerb, type Tag } from './tagset.js'

/** `name`: what a name is likely to name. */
export interface Tagged { tag: Tag, lemma: string, name?: 'place' | 'person' }

/** The tag and lemma of each word of one sentence. All of tagging is behind this function, so that a trained tagger can take its place. */
export function tag (words: readonly string[], names: ReadonlySet<string> = new Set()): Tagged[] {
  const guesses = guess(words)
  const tags = words.map((word, i) => closed(word) ?? (names.has(word.toLowerCase()) && /^\p{Lu}/u.test(word) ? 'NNP' : open(word, guesses[i]!, i)))
  correct(tags, words)
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
type Tagger = ((input: { terms: Term[] }[]) => Parsed) & { methods: () => Methods, model: () => unknown }

let loaded: Tagger | undefined
/** Loaded with the first text: it takes a third of a second, and who has only members to answer does without. */
function tagger (): Tagger {
  loaded ??= createRequire(import.meta.url)('compromise') as Tagger
  return loaded
}

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
  const parsed = (tagger()([{ terms }]).document[0] ?? []).filter((term) => term.text !== '')
  parsed.forEach((term, i) => { if (at[i] !== undefined) guesses[at[i]] = term.tags })
  return guesses
}

function open (word: string, guess: Guess, at: number): Tag {
  const capital = /^\p{Lu}/u.test(word)
  if (guess.has('Verb') && !(capital && at > 0 && !guess.has('Gerund'))) return verbForm(word, guess)
  if (capital && (at > 0 || isName(word, guess))) return 'NNP'
  return PLAIN.find(([name]) => guess.has(name))?.[1] ?? 'NN'
}

const PLAIN: [string, Tag][] = [['Adjective', 'JJ'], ['Adverb', 'RB'], ['Value', 'CD']]
const VERB_FORM: [string, Tag][] = [['Gerund', 'VBG'], ['Participle', 'VBN'], ['PastTense', 'VBD'], ['Infinitive', 'VB']]

function verbForm (word: string, guess: Guess): Tag {
  if (/[^s]s$/.test(word)) return 'VBZ'
  return VERB_FORM.find(([name]) => guess.has(name))?.[1] ?? (word.endsWith('ing') ? 'VBG' : word.endsWith('ed') ? 'VBD' : 'VB')
}

const naming = (guess: Guess): Pick<Tagged, 'name'> => guess.has('Place') ? { name: 'place' } : guess.has('Person') ? { name: 'person' } : {}

const isName = (word: string, guess: Guess): boolean =>
  ['ProperNoun', 'Person', 'Place', 'Organization'].some((name) => guess.has(name)) || /^\p{Lu}\p{Lu}|\p{Ll}\p{Lu}/u.test(word) ||
  (!['Singular', 'Plural', 'Adjective', 'Adverb', 'Actor', 'Uncountable'].some((name) => guess.has(name)))

interface Transform {
  verb: { toInfinitive: (word: string, model: unknown, tense?: string) => string }
  noun: { toSingular: (word: string, model: unknown) => string }
}
interface Methods { two: { transform: Transform } }
const TENSE: Partial<Record<Tag, string>> = { VBZ: 'PresentTense', VBD: 'PastTense', VBN: 'Participle', VBG: 'Gerund' }

function lemma (word: string, tag: Tag): string {
  const lower = word.toLowerCase()
  if (!isVerb(tag)) return lower
  const known = VERBS.get(lower)
  if (known !== undefined) return known
  if (tag === 'VB') return lower
  return tagger().methods().two.transform.verb.toInfinitive(lower, tagger().model(), tag === 'VBN' ? 'PastTense' : TENSE[tag]) || lower
}

export const singular = (word: string): string => tagger().methods().two.transform.noun.toSingular(word, tagger().model()) || word
