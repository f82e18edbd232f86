import type { Parse } from '../parse/parse.js'
import { EXTENTS, KINDS, SUBJECTS, type Candidate } from './candidates.js'
import type { Shallow } from './shallow.js'
import { common, type Part } from './tree.js'

const LABELS = ['root', 'conj', 'acl:relcl', 'advcl', 'ccomp', 'xcomp', 'acl', 'parataxis', 'obj', 'obl', 'obl:unmarked', 'obl:agent', 'advmod', 'nmod', 'nsubj', 'nsubj:pass', 'appos', 'compound', 'iobj', 'nmod:poss']
const TAGS = ['VBD', 'VBZ', 'VBP', 'VBN', 'VBG', 'VB', 'NNP', 'NNPS', 'NN', 'NNS', 'PRP', 'CD', 'JJ', 'DT', 'RB', 'WP', 'WDT', 'IN', 'TO', 'EX', '$']
const LINKS = ['of', 'in', 'to', 'for', 'by', 'on', 'with', 'from', 'at', 'as', 'that', 'into', 'after', 'because', 'while', 'if', 'when', 'about', 'between', 'during', 'through', 'against', 'over', 'under', 'like', 'than', 'before', 'since', 'although']
const SAID = /^(?:say|says|said|tell|tells|told|add|adds|added|report(?:s|ed)?|claim(?:s|ed)?|note[sd]?|argue[sd]?|think|thinks|thought|believe[sd]?|state[sd]?|announce[sd]?|suggest(?:s|ed)?)$/i
const BE_HAVE = /^(?:is|are|was|were|be|been|has|have|had|'s|'re)$/i

const place = (names: readonly string[], name: string | undefined): number => name === undefined ? -1 : names.indexOf(name)
const margin = (margins: readonly number[], at: number): number => Math.min(2000, margins[at] ?? 0)

function depthOf (heads: readonly number[], word: number): number {
  let depth = 0
  for (let at = word; at >= 0 && depth < 12; at = heads[at]!) depth++
  return depth
}

/** The words that a part skips between its first and its last. */
function holes (part: Part): number {
  let [low, high] = [Infinity, -Infinity]
  for (const at of part) {
    if (at < low) low = at
    if (at > high) high = at
  }
  return part.length < 2 ? 0 : high - low + 1 - part.length
}

/** The least clear attachment among the first words of a part. */
function least (margins: readonly number[], part: Part, words: number): number {
  let lowest = 2000
  for (let i = 0; i < Math.min(words, part.length); i++) lowest = Math.min(lowest, margin(margins, part[i]!))
  return lowest
}

interface Counts { commas: number, verbs: number, links: number, partners: number, names: number }

function counts ({ words, tags }: Parse, part: Part): Counts {
  const found: Counts = { commas: 0, verbs: 0, links: 0, partners: 0, names: 0 }
  for (const at of part) {
    const tag = tags[at]!
    if (words[at] === ',') found.commas++
    else if (tag.startsWith('VB')) found.verbs++
    else if (tag === 'IN' || tag === 'TO') found.links++
    else if (tag === 'CC') found.partners++
    else if (tag.startsWith('NNP')) found.names++
  }
  return found
}

const tagged = ({ tags }: Parse, part: Part, name: string): number => part.reduce((sum, at) => sum + (tags[at]!.startsWith(name) ? 1 : 0), 0)

/** How far each part agrees with the clause around the same verb; -1 where there is none. */
function agreement ({ predicate, arg1, arg2, head }: Candidate, row: readonly Shallow[]): [number, number, number] {
  const other = row.find((one) => one.predicate.includes(head)) ?? row.find((one) => predicate.some((at) => one.predicate.includes(at)))
  return other === undefined ? [-1, -1, -1] : [common(predicate, other.predicate), common(arg1, other.arg1), common(arg2, other.arg2)]
}

/** What the confidence of a candidate is read from: shapes, lengths and places, no words but the commonest prepositions and kinds of verb. */
export function features (tree: Parse, one: Candidate, all: { verbs: number, tuples: number, shallow: readonly Shallow[] }): Float64Array {
  const { tags, labels, words, margins, heads } = tree
  const { head, object, predicate, arg1, arg2 } = one
  const own = predicate.filter((at) => at >= 0)
  const last = own.at(-1) ?? -1
  const subject = arg1.at(-1)!
  const [inSubject, inObject] = [counts(tree, arg1), counts(tree, arg2)]
  const link = last >= 0 && last !== head ? words[last]!.toLowerCase() : ''
  const first = own[0] ?? head
  return Float64Array.of(
    KINDS.indexOf(one.kind), SUBJECTS.indexOf(one.subjectKind), EXTENTS.indexOf(one.subjectExtent), EXTENTS.indexOf(one.extent), one.place,
    place(LABELS, labels[head]), place(LABELS, labels[object]), place(TAGS, tags[head]), place(TAGS, tags[object]), place(TAGS, tags[subject]),
    predicate.length, arg1.length, arg2.length, words.length, predicate.length + arg1.length + arg2.length,
    head / words.length, depthOf(heads, head), all.verbs, all.tuples, place(LINKS, link),
    inSubject.commas, inObject.commas, inSubject.verbs, inObject.verbs, inObject.links,
    inSubject.links, inObject.partners, inSubject.partners, inSubject.names, inObject.names,
    margin(margins, head), margin(margins, object), margin(margins, subject), least(margins, arg2, 8), least(margins, own, own.length),
    first - subject, arg2[0]! - last, holes(arg1), holes(arg2), holes(own),
    Number(SAID.test(words[head]!)), Number(BE_HAVE.test(words[first]!)), tagged(tree, own, 'MD'), tagged(tree, own, 'RB'), tagged(tree, own, 'N'),
    arg1[0]!, words.length - Math.max(...arg2), place(TAGS, tags[arg2[0]!]), place(LINKS, words[arg2[0]!]!.toLowerCase()),
    place(TAGS, tags[first]), arg2.length / words.length, tree.high[head]! - tree.low[head]!, ...agreement(one, all.shallow)
  )
}
