import { readFileSync } from 'node:fs'
import { candidates, type Candidate } from './open/candidates.js'
import { features } from './open/features.js'
import { shallow, type Shallow } from './open/shallow.js'
import { alike, isVerbTag, textOf } from './open/tree.js'
import { flattened, valueOf, type FlatForest, type Forest } from './open/trees.js'
import { parse, type Parse } from './parse/parse.js'
import { WORDS_MAX } from './parse/words.js'

export interface OpenTuple { confidence: number, predicate: string, arg1: string, arg2: string }
/** A tuple with the construction that gave it. */
export interface Reason extends OpenTuple { rule: string }
export interface Proposal { candidate: Candidate, features: Float64Array, text: Omit<OpenTuple, 'confidence'> }

/**
 * Who does what, in the sentence's own tokens (Penn Treebank style, split by spaces), for readers of open information extraction; only "be" and
 * "has" may be added, where a construction implies them. Surest first. Linear in the words for all practical purposes; more than WORDS_MAX are not read.
 */
export const openTuples = (sentence: string): OpenTuple[] =>
  explained(sentence).tuples.map(({ confidence, predicate, arg1, arg2 }) => ({ confidence, predicate, arg1, arg2 }))

/** The same with the tree behind it, and the rule behind each tuple. */
export function explained (sentence: string, forest = confidences()): { tree: Parse | null, tuples: Reason[] } {
  const words = sentence.trim().split(/\s+/)
  if (words.length > WORDS_MAX || words[0] === '') return { tree: null, tuples: [] }
  const tree = parse(words)
  const valued = proposals(tree).map((proposal) => ({ ...proposal, value: valueOf(forest, proposal.features) }))
  const tuples = chosen(valued).map(({ text, candidate: { kind, subjectKind, extent }, confidence }) => ({ confidence, ...text, rule: `${kind} ${subjectKind} ${extent}` }))
  return { tree, tuples }
}

let loaded: FlatForest | undefined
/** The shipped confidence, read with the first sentence. */
function confidences (): FlatForest {
  loaded ??= flattened(JSON.parse(readFileSync(new URL('weights/confidence.json', import.meta.url), 'utf8')) as Forest)
  return loaded
}

/** Everything that may be said in a sentence, each wording once. */
export function proposals (tree: Parse): Proposal[] {
  const clauses = shallow(tree)
  const all = [...candidates(tree), ...clauses.map(asCandidate)]
  const setting = { verbs: tree.tags.filter(isVerbTag).length, tuples: all.length, shallow: clauses }
  const seen = new Set<string>()
  return all.flatMap((candidate) => {
    if (candidate.arg1.length === 0 || candidate.arg2.length === 0 || candidate.predicate.length === 0) return []
    const text = { predicate: textOf(tree, candidate.predicate), arg1: textOf(tree, candidate.arg1), arg2: textOf(tree, candidate.arg2) }
    const key = `${text.predicate}\t${text.arg1}\t${text.arg2}`
    if (seen.has(key)) return []
    seen.add(key)
    return [{ candidate, features: features(tree, candidate, setting), text }]
  })
}

const SUBJECT = { main: 'subject', relative: 'relative', participle: 'participle', infinitive: 'control', fragment: 'other' } as const

const asCandidate = ({ kind, shared, whole, head, predicate, arg1, arg2 }: Shallow): Candidate => ({
  kind: 'shallow', head, subjectKind: shared && kind === 'main' ? 'shared' : SUBJECT[kind], subjectExtent: 'full', extent: whole ? 'rest' : 'near', object: arg2[0]!, place: 0, predicate, arg1, arg2
})

const LEAST = 0.15
const SAME = 0.95

/** The best first; what resembles one that was taken counts for less, and what is nearly the same not at all. Confidences in thousandths. */
export function chosen<P extends { candidate: Candidate, value: number }> (proposed: readonly P[]): (P & { confidence: number })[] {
  const taken: (P & { confidence: number })[] = []
  for (const one of [...proposed].sort((a, b) => b.value - a.value)) {
    const double = taken.reduce((most, other) => Math.max(most, alike(other.candidate, one.candidate)), 0)
    const confidence = Math.round(Math.min(0.999, one.value * (1 - 0.9 * double)) * 1000) / 1000
    if (double <= SAME && confidence >= LEAST) taken.push({ ...one, confidence })
  }
  return taken.sort((a, b) => b.confidence - a.confidence)
}
