import type { FactProperties, Modality, Polarity } from '../../models/triple.js'
import type { Label, Relation } from '../../models/vocabulary.js'
import { isTold, parseEvidence } from './evidence.js'
import type { Reads } from './graph.js'

/** A node as it is exported; what it does not have is left out. */
export interface ExportedNode {
  id: string
  label: Label
  name: string
  described: boolean // or only named by facts
  properties?: Record<string, unknown>
  profile?: string
  goals?: string
  content?: string
}

/** A piece of evidence under the names of the columns of an import. `subjectName` and `objectName` are there where the id does not tell the name. */
export interface ExportedEvidence {
  subject: string
  subjectType: Label
  subjectName?: string
  predicate: Relation
  lemma?: string
  object: string
  objectType: Label
  objectName?: string
  polarity: Polarity
  modality: Modality
  confidence: number
  source: string
  validFrom?: string
  validTo?: string
  observedAt?: string // as the source told it
  recordedAt?: string // when it was written down, where the source told nothing
  sentence?: string
  start?: number
  end?: number
  properties?: FactProperties
  visibility?: 'network' | 'private'
  withdrawnAt?: string
}

/** What is exported: a node as it is stored, or a fact with all its evidence. `derived`: what follows from the rest, and is not exported. */
export type Exported =
  | { node: ExportedNode, fact?: undefined, derived: unknown[] }
  | { node?: undefined, fact: { factId: string, subject: string, relation: Relation, object: string, evidence: ExportedEvidence[] }, derived: unknown[] }

interface NodeRow { id: string, label: Label, properties: Record<string, unknown> & { name: string } }
interface FactRow {
  subject: string
  subjectLabel: Label
  subjectName: string
  relation: Relation
  object: string
  objectLabel: Label
  objectName: string
  fact: Record<string, unknown> & { factId: string, lemma?: string, evidence: string[] }
}

const NODES = 500
const FACTS = 2_000

/**
 * Nodes in the order of their ids, then facts in the order of their subjects, page by page: no more than a page is held. Every page is read
 * as the graph is then, so what is written meanwhile may be there in part.
 */
export async function * exported (graph: Reads, tenantId: string): AsyncGenerator<Exported> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const rows: NodeRow[] = await graph.read<NodeRow>('graph/export-entities', { tenantId, after, limit: NODES })
    for (const row of rows) yield exportedNode(row)
    after = rows.length < NODES ? undefined : rows.at(-1)!.id
  }
  for (let from: { subject: string, after: string } | undefined = { subject: '', after: '' }; from !== undefined;) {
    const rows: FactRow[] = await graph.read<FactRow>('graph/export-facts', { tenantId, ...from, limit: FACTS })
    for (const row of rows) yield exportedFact(row)
    const last = rows.at(-1)
    from = last === undefined || rows.length < FACTS ? undefined : { subject: last.subject, after: last.fact.factId }
  }
}

/** What is known of a node from elsewhere: by its tenant, its writes, the facts around it. */
const DERIVED = new Set(['tenantId', 'id', 'key', 'name', 'described', 'visibleTo', 'profile', 'goals', 'content', 'textVersion', 'momentum_score', 'status'])

function exportedNode ({ id, label, properties: { name, described, profile, goals, content, key, visibleTo, ...more } }: NodeRow): Exported {
  const own = Object.entries(more).filter(([property]) => !DERIVED.has(property)).sort(([a], [b]) => a < b ? -1 : 1)
  const node = { id, label, name, described: described === true, properties: own.length === 0 ? undefined : Object.fromEntries(own), profile, goals, content }
  return { node: told(node) as ExportedNode, derived: [key, visibleTo ?? null] }
}

function exportedFact ({ subject, subjectLabel, subjectName, relation, object, objectLabel, objectName, fact }: FactRow): Exported {
  const { factId, lemma, evidence, version, ...resolved } = fact
  const joins = {
    subject,
    subjectType: subjectLabel,
    subjectName: nameFor(subject, subjectName),
    predicate: relation,
    lemma: relation === 'MENTIONS' ? lemma : undefined,
    object,
    objectType: objectLabel,
    objectName: nameFor(object, objectName)
  }
  return {
    fact: { factId, subject, relation, object, evidence: evidence.map((line) => ({ ...told(joins), ...evidenceOf(line) }) as ExportedEvidence) },
    derived: Object.entries(resolved).sort(([a], [b]) => a < b ? -1 : 1)
  }
}

/** An id that reads like a name of the import's is one of an id, whatever the name: so it is told where the id alone would give another. */
const nameFor = (id: string, name: string) => idAsName(id) === name ? undefined : name
/** The name that an import gives to what it knows by an id such as `topic:street-food` alone; null where it would take the id for a name. */
const idAsName = (id: string): string | null => /^[a-z]+:(\S+)$/.exec(id)?.[1]?.replace(/[-_]+/g, ' ') ?? null

function evidenceOf (line: string) {
  const { importId, observedAt, sentence, properties, ...said } = parseEvidence(line)
  return told({
    ...said,
    [isTold(line) ? 'observedAt' : 'recordedAt']: observedAt,
    sentence: sentence || null,
    properties: Object.keys(properties).length === 0 ? null : properties
  })
}

/** What is there. */
const told = (record: object) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== null))
