import type { CitedFact } from '../../models/affinity.js'
import type { Relation } from '../../models/vocabulary.js'
import { authorOf, parseEvidence, type Resolved } from './evidence.js'
import type { Reads } from './graph.js'
import { saysOf } from './words.js'

export type StoredFact = Resolved & { factId: string, lemma: string | null, evidence: string[] }

/** Whether someone may know of a fact, or of a node. */
export const mayKnow = (viewerId: string, { visibleTo }: { visibleTo?: string[] | null }): boolean => visibleTo == null || visibleTo.includes(viewerId)

/** The lines of evidence that someone may know: their own, and what everyone may. */
export const linesFor = (viewerId: string, lines: string[]): string[] => lines.filter((line) => {
  const { visibility, source } = parseEvidence(line)
  return visibility === null || authorOf(source) === viewerId
})

/** A stored fact as it is cited: with the surest sentence, among those that the viewer may know, that agrees with what it resolves to. */
export function citedFact (subject: string, relation: Relation, object: string, fact: StoredFact, viewerId = ''): CitedFact {
  const evidence = linesFor(viewerId, fact.evidence).map(parseEvidence)
  const said = evidence.some(({ withdrawnAt }) => withdrawnAt === null) ? evidence.filter(({ withdrawnAt }) => withdrawnAt === null) : evidence
  const agreeing = said.filter(({ polarity, modality }) => polarity === fact.polarity && modality === fact.modality)
  const best = agreeing.reduce((a, b) => b.confidence > a.confidence ? b : a)
  return {
    id: fact.factId,
    subject,
    relation,
    lemma: fact.lemma ?? '',
    says: saysOf({ relation, lemma: fact.lemma ?? '', polarity: fact.polarity, modality: fact.modality }),
    object,
    polarity: fact.polarity,
    modality: fact.modality,
    confidence: fact.confidence,
    source: best.source,
    sentence: best.sentence,
    ...best.start === null ? {} : { span: { start: best.start, end: best.end! } }
  }
}

/** A fact in words, without who said it. */
export type Told = Pick<CitedFact, 'subject' | 'says' | 'object'>
type ToldRow = Pick<CitedFact, 'subject' | 'relation' | 'lemma' | 'object' | 'polarity' | 'modality'> & { factId: string, visibleTo: string[] | null }

/** What facts say, without the evidence for it: what a reason needs to be put into words. */
export async function told (
  graph: Reads, tenantId: string, facts: { from: string, to: string, factId: string }[], viewerId = ''
): Promise<Map<string, Told>> {
  const rows = facts.length === 0 ? [] : await graph.read<ToldRow>('affinity/told', { tenantId, facts })
  return new Map(rows.filter((row) => mayKnow(viewerId, row)).map((row) => [row.factId, { subject: row.subject, says: saysOf(row), object: row.object }]))
}

/** The facts between pairs of nodes, by fact id, as far as the viewer may know them. */
export async function cite (
  graph: Reads, tenantId: string, facts: { from: string, to: string, factId: string }[], viewerId = ''
): Promise<Map<string, CitedFact>> {
  const rows = facts.length === 0
    ? []
    : await graph.read<{ subject: string, relation: Relation, object: string, fact: StoredFact }>('graph/cite', { tenantId, facts })
  return new Map(rows.filter(({ fact }) => mayKnow(viewerId, fact))
    .map(({ subject, relation, object, fact }) => [fact.factId, citedFact(subject, relation, object, fact, viewerId)]))
}
