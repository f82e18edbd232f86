import { AUDIENCE, DREAMS, OUTLETS, OWNED } from './lexicon.js'
import type { Phrase } from './phrases.js'
import type { Token } from './tokens.js'

/** Who is meant so far in a text: its owner, and the names a pronoun may point back to. */
export interface Cast {
  owner: string
  /** Full and first name of the owner, and every word of it, in lower case. */
  names: ReadonlySet<string>
  words: ReadonlySet<string>
  person: string | null
  thing: string | null
  things: string | null
}

export const cast = (owner: string): Cast => {
  const words = owner.split(/\s+/).filter((word) => word.length > 1)
  const first = words[0]?.toLowerCase() ?? ''
  return { owner, words: new Set(words.map((word) => word.toLowerCase())), names: new Set([owner.toLowerCase(), ...(words.length > 1 && !/^(?:the|a|an)$/.test(first) ? [first] : [])]), person: null, thing: null, things: null }
}

/** The name a subject stands for. A pronoun is the owner or the last thing that fits; what one owns is oneself. */
export function subjectName (phrase: Phrase, tokens: readonly Token[], cast: Cast, place: 'subject' | 'object' = 'subject'): string {
  const head = tokens[phrase.head]!
  const word = head.norm.toLowerCase()
  if (head.tag === 'PRP' || word === 'who') return pronoun(word, cast, place === 'subject' ? cast.owner : word)
  if (isOwner(phrase, tokens, cast)) return cast.owner
  return phrase.text
}

export function isOwner (phrase: Phrase, tokens: readonly Token[], cast: Cast, mine = /^(?:my|our|his|her|their|the)$/): boolean {
  const text = phrase.text.toLowerCase().replace(/['’]s$/, '')
  if (cast.names.has(text)) return true
  const determiner = tokens[phrase.from - 1]?.norm.toLowerCase() ?? ''
  const head = tokens[phrase.head]!.norm.toLowerCase()
  return OWNED.has(head) && !text.includes(' of ') && mine.test(determiner)
}

/** "our readers", "my audience": whom the owner reaches. */
export const isAudience = (phrase: Phrase, tokens: readonly Token[]): boolean =>
  AUDIENCE.has(tokens[phrase.head]!.norm.toLowerCase()) && /^(?:my|our|his|her|their|its|the)$/i.test(tokens[phrase.from - 1]?.norm ?? '')

const possessed = (phrase: Phrase, tokens: readonly Token[]): boolean => /^(?:my|our|his|her|their)$/i.test(tokens[phrase.from - 1]?.norm ?? '')

/** "my dream is": a wish of the owner. */
export const isDream = (phrase: Phrase, tokens: readonly Token[]): boolean => DREAMS.has(tokens[phrase.head]!.norm.toLowerCase()) && possessed(phrase, tokens)

/** "my newsletter", "her videos" */
export const isOutlet = (phrase: Phrase, tokens: readonly Token[]): boolean => OUTLETS.has(tokens[phrase.head]!.norm.toLowerCase()) && possessed(phrase, tokens)

function pronoun (word: string, { owner, person, thing, things }: Cast, otherwise: string): string {
  if (/^(?:he|she|him|her)$/.test(word)) return person ?? owner
  if (word === 'it' || word === 'this' || word === 'that') return thing ?? otherwise
  if (/^(?:they|them|these|those)$/.test(word)) return things ?? otherwise
  return /^(?:i|me|we|us|myself|ourselves|himself|herself|mine|ours)$/.test(word) ? owner : word
}

/** The cast after a subject was named; the owner takes every pronoun back. */
export function afterSubject (cast: Cast, name: string, token: Token | undefined): Cast {
  if (name === cast.owner) return { ...cast, person: null, thing: null, things: null }
  return token?.tag === 'NNP' ? { ...cast, person: name, thing: name } : afterObject(cast, name, token)
}

/** The cast after an object was named: "it" or "they" may mean it. */
export function afterObject (cast: Cast, name: string, token: Token | undefined): Cast {
  if (name === cast.owner || token === undefined || token.tag === 'PRP') return cast
  return token.tag === 'NN' && /[^s]s$/.test(token.norm) ? { ...cast, things: name } : { ...cast, thing: name }
}
