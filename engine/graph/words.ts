import type { CitedFact } from '../../models/affinity.js'
import { VOCABULARY } from '../../models/vocabulary.js'

type Said = Pick<CitedFact, 'relation' | 'lemma' | 'polarity' | 'modality'>

/** What a fact says of its subject, in words: "covers", "does not work with", "would like to work with". */
export function saysOf (fact: Said): string {
  const { relation, lemma } = fact
  return conjugate(relation === 'MENTIONS' && lemma !== '' ? lemma.replace(/^\S+/, thirdPerson) : VOCABULARY[relation].says, fact)
}

function conjugate (says: string, { relation, polarity, modality }: Said): string {
  const not = polarity === '-' ? 'not ' : ''
  if (modality === 'desired' && relation !== 'SEEKS') return `would ${not}like to ${base(says)}`
  if (modality === 'possible') return `may ${not}${base(says)}`
  if (not === '') return says
  return says.startsWith('is ') || says === 'is' ? says.replace(/^is/, 'is not') : `does not ${base(says)}`
}

const thirdPerson = (verb: string) => IRREGULAR[verb] ?? (/(?:s|x|z|ch|sh|o)$/.test(verb) ? `${verb}es` : verb.replace(/([^aeiou])y$/, '$1ie') + 's')
const IRREGULAR: Record<string, string> = { be: 'is', have: 'has' }
const BASE: Record<string, string> = { is: 'be', has: 'have', founded: 'found', reaches: 'reach', searches: 'search' }
const base = (says: string) => says.replace(/^\S+/, (verb) => BASE[verb] ?? verb.replace(/ies$/, 'y').replace(/(s|x|z|ch|sh|o)es$/, '$1').replace(/s$/, ''))
