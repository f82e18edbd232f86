import type { Relation } from '../../models/vocabulary.js'
import type { Statement } from './statements.js'

/** How often each way of reading was right on the development sentences, roughly: where the estimate starts. */
const PRIOR: Record<Statement['by'], number> = { label: 0.92, verb: 0.85, copula: 0.85, passive: 0.82, apposition: 0.8, fragment: 0.6 }

/** In [0.05, 0.99]: a prior for the construction, less for what makes shallow reading err (long sentences and objects, unknown predicates, loose clauses). */
export function confidence (fact: Statement, relation: Relation, sentence: string): number {
  const doubt = doubts(fact, relation, sentence).reduce((sum, [, value]) => sum + value, 0)
  return Math.round(1000 * Math.min(0.99, Math.max(0.05, PRIOR[fact.by] - doubt))) / 1000
}

function doubts (fact: Statement, relation: Relation, sentence: string): [reason: string, value: number][] {
  const words = sentence.split(/\s+/).length
  const object = fact.object.split(' ').length
  return [
    ['long sentence', 0.004 * Math.max(0, words - 8)],
    ['long object', 0.03 * Math.max(0, object - 3)],
    ['unknown predicate', relation === 'MENTIONS' ? 0.25 : 0],
    ['loose clause', fact.kind === 'main' || fact.kind === 'fragment' ? 0 : 0.1],
    ['subject understood', fact.subjectSpan === undefined && fact.by === 'verb' ? 0.05 : 0],
    ['not certain', fact.modality === 'certain' ? 0 : 0.03]
  ]
}

/** The confidence as a sum, in words: "0.85 verb, −0.03 long object". */
export const confidenceTerms = (fact: Statement, relation: Relation, sentence: string): string =>
  [`${PRIOR[fact.by]} ${fact.by}`, ...doubts(fact, relation, sentence).filter(([, value]) => value > 0).map(([reason, value]) => `−${Math.round(1000 * value) / 1000} ${reason}`)].join(', ')
