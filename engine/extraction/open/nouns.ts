import type { Parse } from '../parse/parse.js'
import type { Candidate, Kind } from './candidates.js'
import { BE, childrenOf, HAVE, trimmed, under, type Part } from './tree.js'

/** What is no part of a short noun phrase: its clauses, its asides, and what makes it a predicate itself. */
const OUTSIDE = new Set(['acl:relcl', 'acl', 'parataxis', 'appos', 'list', 'advcl', 'nsubj', 'nsubj:pass', 'csubj', 'expl', 'cop', 'aux', 'mark', 'ccomp', 'xcomp', 'obj', 'obl'])
const PARTNER = new Set(['conj', 'cc'])

/** What noun phrases say by the way: "X, a Y", "X's Y", "the Y of X", "author X". */
export function nounTuples (tree: Parse, head: number): Candidate[] {
  return tree.tags[head]!.startsWith('NN') ? READERS.flatMap((read) => read(tree, head)) : []
}

type Reader = (tree: Parse, head: number) => Candidate[]

/** The noun with what stands right by it, without the branches that `drop` names. */
const near = (tree: Parse, noun: number, drop: (child: number) => boolean = () => false): number[] => trimmed(tree, under(tree, noun, (child) =>
  OUTSIDE.has(tree.labels[child]!) || (tree.heads[child] === noun && PARTNER.has(tree.labels[child]!)) || drop(child)))

const tuple = (kind: Kind, head: number, object: number, predicate: Part, arg1: Part, arg2: Part): Candidate =>
  ({ kind, head, subjectKind: 'other', subjectExtent: 'near', extent: 'near', object, place: 0, predicate, arg1, arg2 })

const apposition: Reader = (tree, head) => childrenOf(tree, head, 'appos').map((at) => {
  const [noun, other] = [near(tree, head, (child) => tree.labels[child] === 'case'), trimmed(tree, under(tree, at))]
  const named = tree.tags[at]!.startsWith('NNP') && !tree.tags[head]!.startsWith('NNP') // "the chef Ana Lund": she is the chef
  return tuple('apposition', head, at, [BE], named ? other : noun, named ? noun : other)
})

const possessive: Reader = (tree, head) => childrenOf(tree, head, 'nmod:poss').filter((at) => !tree.tags[at]!.startsWith('PRP')).map((at) =>
  tuple('possessive', head, head, [HAVE], near(tree, at).filter((word) => tree.tags[word] !== 'POS'), near(tree, head, (child) => child === at || tree.labels[child] === 'case')))

/** "the coast of Wales": the coast is of Wales. */
const phrase: Reader = (tree, head) => childrenOf(tree, head, 'nmod').filter((at) => at > head).flatMap((at) => {
  const link = childrenOf(tree, at, 'case').filter((word) => word < at)
  if (link.length === 0) return []
  const noun = near(tree, head, (child) => child === at || tree.labels[child] === 'case' || (child > head && tree.labels[child] === 'nmod'))
  return [tuple('phrase', head, at, [BE, ...link], noun, near(tree, at, (child) => link.includes(child)))]
})

const title: Reader = (tree, head) => {
  const last = childrenOf(tree, head, 'compound', 'nmod:desc', 'appos').findLast((at) => at < head && tree.tags[at] === 'NN')
  if (last === undefined || !tree.tags[head]!.startsWith('NNP')) return []
  const words = near(tree, head)
  return [tuple('title', head, last, [BE], words.filter((word) => word > last), words.filter((word) => word <= last))]
}

const READERS: Reader[] = [apposition, possessive, phrase, title]
