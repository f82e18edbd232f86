import type { Parse } from '../parse/parse.js'

/** Positions of words, in rising order. */
export type Part = readonly number[]

export const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)

export const isVerbTag = (tag: string): boolean => tag.startsWith('VB')
export const isNounTag = (tag: string): boolean => tag.startsWith('NN') || tag === 'PRP' || tag === 'CD' || tag === 'DT' || tag === 'ADD' || tag === '$'
export const isRelative = (tag: string): boolean => tag === 'WDT' || tag === 'WP' || tag === 'WP$' || tag === 'WRB'

export const childOf = (tree: Parse, word: number, ...labels: string[]): number =>
  tree.children[word]!.find((child) => labels.includes(tree.labels[child]!)) ?? -1
export const childrenOf = (tree: Parse, word: number, ...labels: string[]): number[] =>
  tree.children[word]!.filter((child) => labels.includes(tree.labels[child]!))

/** All words under a word, itself included, but for the branches that `drop` names; in order. */
export function under (tree: Parse, word: number, drop?: (child: number) => boolean): number[] {
  const found: number[] = []
  gather(tree, word, drop, found)
  return found
}

/** The words on the left, the word, the words on the right; a tree that crosses itself is put in order. */
function gather (tree: Parse, word: number, drop: ((child: number) => boolean) | undefined, found: number[]): void {
  let own = false
  for (const child of tree.children[word]!) {
    if (!own && child > word) {
      put(found, word)
      own = true
    }
    if (drop === undefined || !drop(child)) gather(tree, child, drop, found)
  }
  if (!own) put(found, word)
}

function put (found: number[], word: number): void {
  found.push(word)
  for (let i = found.length - 1; i > 0 && found[i - 1]! > word; i--) [found[i - 1], found[i]] = [word, found[i - 1]!]
}

const SIGN = new Set([',', ':', ';', '.', '!', '?', '--', '-', '...', '-LRB-', '-RRB-', '(', ')', '—', '–'])
const OPENING = new Set(['``', '"', "''", '`', "'"])

/** Without signs and joining words at the ends, and without commas that a dropped branch left behind. */
export function trimmed ({ words, tags }: Parse, part: Part): number[] {
  let [from, to] = [0, part.length]
  while (from < to && isEdge(words[part[from]!]!, tags[part[from]!]!)) from++
  while (to > from && isEdge(words[part[to - 1]!]!, tags[part[to - 1]!]!)) to--
  if (to - from > 1 && OPENING.has(words[part[to - 1]!]!) && part.slice(from, to).filter((at) => OPENING.has(words[at]!)).length % 2 === 1) to--
  const row = part.slice(from, to)
  return row.filter((at, i) => words[at] !== ',' || i === 0 || i === row.length - 1 || (row[i - 1] === at - 1 && row[i + 1] === at + 1))
}

const isEdge = (word: string, tag: string): boolean => SIGN.has(word) || tag === 'CC'

export const textOf = ({ words }: Parse, part: Part): string => part.map((at) => at < 0 ? IMPLIED[-at - 1]! : words[at]!).join(' ')

/** Words that a construction implies and the sentence leaves out. */
export const BE = -1
export const HAVE = -2
const IMPLIED = ['be', 'has']

/** The share of words that two parts have in common (Dice), from 0 to 1. */
export function common (one: Part, other: Part): number {
  let shared = 0
  for (const at of one) if (other.includes(at)) shared++
  return 2 * shared / (one.length + other.length)
}

interface Parts { predicate: Part, arg1: Part, arg2: Part }

/** How far two tuples say the same, from 0 to 1. */
export const alike = (one: Parts, other: Parts): number =>
  (common(one.predicate, other.predicate) + common(one.arg1, other.arg1) + common(one.arg2, other.arg2)) / 3
