import type { EntityRef, Fact } from '../../models/triple.js'
import type { Relation } from '../../models/vocabulary.js'
import { canonicalKey } from '../extraction/canonical.js'
import { evidenceId, evidenceLine, mergeEvidence, parseEvidence, resolve } from './evidence.js'
import type { Graph, Run } from './graph.js'
import { shortHash } from './schema.js'

/** A node with what it says about itself; `properties` are of the closed list that the schema names. */
export interface Description extends EntityRef {
  properties: Record<string, string | number | boolean | string[] | null>
  profile: string | null
  goals: string | null
  content: string | null
}

interface Words { entityId: string, source: string }

/** What happened to the evidence: of a new fact, added to a known one, or there already. The three sum to what was given. */
export interface Ingested { created: number, merged: number, duplicate: number, version: number }

export interface IngestOptions {
  now?: string // ISO 8601, for evidence that bears no date
  /** The former words of an entity: what they said and the given facts do not is taken back. */
  replaces?: Words
  /** More writes of the same transaction, such as the progress mark of an import. */
  also?: (run: Run) => Promise<unknown>
}

/** The most evidence that one transaction takes; callers cut longer input. */
export const INGEST_MAX = 10_000

/** Writes descriptions and facts in one transaction. Any order and any repetition of the same input ends in the same graph. */
export async function ingest (graph: Graph, tenantId: string, facts: Fact[], descriptions: Description[] = [], options: IngestOptions = {}): Promise<Ingested> {
  const now = options.now ?? new Date().toISOString()
  const rows = group(facts, now)
  const entities = distinctEntities(facts)

  return graph.write(async (run) => {
    const version = (await run<{ version: number }>('graph/lock', { tenantId }))[0]!.version
    const described = descriptions.length === 0 ? 0 : (await run<{ changed: number }>('graph/describe-entities', { tenantId, version, entities: descriptions.map(withKey) }))[0]!.changed
    if (entities.length > 0) await run('graph/merge-entities', { tenantId, entities })

    const retracted = options.replaces === undefined ? 0 : await retract(run, tenantId, version, options.replaces, rows)
    const known = rows.length === 0 ? [] : await run<{ factId: string, evidence: string[] }>('graph/merge-facts', { tenantId, version, facts: rows })
    const counts = await mergeKnown(run, tenantId, version, rows, new Map(known.map((row) => [row.factId, row.evidence])))
    await options.also?.(run)
    const changed = counts.created + counts.merged + described + retracted > 0
    if (!changed) await run('graph/unchanged', { tenantId })
    return { ...counts, duplicate: facts.length - counts.created - counts.merged, version: changed ? version : version - 1 }
  })
}

/** The identity of a fact in its tenant. The open predicate is part of it only where the relation is MENTIONS. */
export function factId (fact: Pick<Fact, 'subject' | 'relation' | 'lemma' | 'object'>): string {
  const predicate = fact.relation === 'MENTIONS' ? `MENTIONS ${fact.lemma}` : fact.relation
  return 'f' + shortHash([fact.subject.id, predicate, fact.object.id].join('\t'))
}

interface FactRow { factId: string, subject: string, relation: Relation, object: string, evidence: string[], resolved: object }

/** One row per fact, its evidence merged, sorted and resolved. */
function group (facts: Fact[], now: string): FactRow[] {
  const rows = new Map<string, { fact: Fact, evidence: string[] }>()
  for (const fact of facts) {
    const id = factId(fact)
    const row = rows.get(id)
    const line = evidenceLine(fact, now)
    if (row === undefined) rows.set(id, { fact, evidence: [line] })
    else row.evidence = mergeEvidence(row.evidence, [line])
  }
  return [...rows].map(([id, { fact, evidence }]) => ({
    factId: id,
    subject: fact.subject.id,
    relation: fact.relation,
    object: fact.object.id,
    evidence,
    resolved: { ...resolve(evidence, fact.relation), lemma: fact.relation === 'MENTIONS' ? fact.lemma : null }
  }))
}

/** Adds to known facts what they do not hold yet; counts all evidence by its fate. */
async function mergeKnown (
  run: Run, tenantId: string, version: number, rows: FactRow[], held: Map<string, string[]>
): Promise<{ created: number, merged: number }> {
  let created = 0
  let merged = 0
  const changed: FactRow[] = []
  for (const row of rows) {
    const before = held.get(row.factId)
    if (before === undefined) {
      created += row.evidence.length
      continue
    }
    const evidence = mergeEvidence(before, row.evidence)
    if (evidence.length === before.length) continue
    merged += evidence.length - before.length
    changed.push({ ...row, evidence, resolved: resolve(evidence, row.relation) })
  }
  if (changed.length > 0) await run('graph/update-facts', { tenantId, version, facts: changed })
  return { created, merged }
}

interface ToldFact { factId: string, subject: string, relation: Relation, object: string, evidence: string[] }

/** Takes back the evidence that a document no longer gives; a fact without any is gone. Returns how many facts that touched. */
async function retract (run: Run, tenantId: string, version: number, replaced: Words, rows: FactRow[]): Promise<number> {
  const { entityId, source } = replaced
  const given = new Set(rows.flatMap(({ evidence }) => evidence.map(evidenceId)))
  const told = await run<ToldFact>('graph/told-facts', { tenantId, entityId, source })
  const touched = told.map((fact) => ({ ...fact, kept: fact.evidence.filter((line) => given.has(evidenceId(line)) || parseEvidence(line).source !== source) }))
    .filter(({ kept, evidence }) => kept.length < evidence.length)
  const changed = touched.filter(({ kept }) => kept.length > 0)
    .map(({ factId, subject, relation, object, kept }) => ({ factId, subject, relation, object, evidence: kept, resolved: resolve(kept, relation) }))
  const gone = touched.filter(({ kept }) => kept.length === 0).map(({ factId, subject, relation, object }) => ({ factId, subject, relation, object }))
  if (changed.length > 0) await run('graph/update-facts', { tenantId, version, facts: changed })
  if (gone.length > 0) await run('graph/remove-facts', { tenantId, facts: gone })
  return touched.length
}

const withKey = <T extends EntityRef>(entity: T) => ({ ...entity, key: canonicalKey(entity.name, entity.label) })

/** Each node once, under the alphabetically last of its spellings. */
function distinctEntities (facts: Fact[]): (EntityRef & { key: string })[] {
  const entities = new Map<string, EntityRef>()
  for (const { subject, object } of facts) {
    for (const entity of [subject, object]) {
      const held = entities.get(entity.id)
      if (held === undefined || held.name < entity.name) entities.set(entity.id, entity)
    }
  }
  return [...entities.values()].map(withKey)
}
