import type { EntityRef } from '../../models/triple.js'
import { kindOf, type Label } from '../../models/vocabulary.js'

const LEADING = /^(?:the|a|an|my|our|your|his|her|its|their|some|any|all|about|more)\s+/i

/** The name without determiners, possessives and closing punctuation; case stays. */
export function canonicalName (text: string): string {
  let name = text.normalize('NFKC').replace(/\s+/g, ' ').replace(/^[\s"'“”‘’(]+|[\s"'“”‘’).,;:!?]+$/g, '')
  while (LEADING.test(name)) name = name.replace(LEADING, '')
  return name
}

/** The key by which differently written names of one thing meet: folded case and marks; plural heads folded for common nouns only. */
export function canonicalKey (name: string, label: Label): string {
  const words: string[] = canonicalName(name).toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').replace(/['’]s\b/g, '')
    .match(/[\p{L}\p{N}]+/gu) ?? []
  if (COMMON.has(label) && words.length > 0) words.push(singular(words.pop()!))
  return words.join('-') || '-'
}

const COMMON = new Set<Label>(['Topic', 'Demographic', 'Product', 'Trend'])

const IRREGULAR: Record<string, string> = {
  knives: 'knife', wives: 'wife', lives: 'life', leaves: 'leaf', loaves: 'loaf', shelves: 'shelf', halves: 'half', wolves: 'wolf', scarves: 'scarf', calves: 'calf', thieves: 'thief'
}

function singular (word: string): string {
  if (IRREGULAR[word] !== undefined) return IRREGULAR[word]
  if (word.length < 4 || /(?:ss|us|is|ics|series|species|news)$/.test(word)) return word
  if (word.endsWith('ies')) return word.slice(0, -3) + 'y'
  if (/(?:ches|shes|sses|xes|zes)$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}

/** The node that a name stands for when nothing else is known about it. */
export function entityRef (name: string, label: Label): EntityRef {
  return { id: `${kindOf(label)}:${canonicalKey(name, label)}`, label, name: canonicalName(name) || name }
}
