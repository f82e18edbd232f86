import type { EntityRef, Fact } from '../../models/triple.js'
import type { Relation } from '../../models/vocabulary.js'
import { canonicalKey } from '../extraction/canonical.js'
import { evidenceLine, factId, mergeEvidence, parseEvidence, resolve } from './evidence.js'
import { breaks } from '../turns.js'
import { rewrite, type Written } from './documents.js'
import type { Graph, Run } from './graph.js'

/** A node with what it says about itself; `properties` are of the closed list that the schema names. */
export interface Description extends EntityRef {
  properties: Record<string, string | number | boolean | string[] | null>
  profile: string | null
  goals: string | null
  content: string | null
}

/** What happened to the evidence: of a new fact, added to a known one, or there already. The three sum to what was given. */
export interface Ingested { created: number, merged: number, duplicate: number, version: number }

export interface IngestOptions {
  now?: string // ISO 8601, for evidence that bears no date
  /** More writes of the same transaction, such as the progress mark of an import. */
  also?: (run: Run) => Promise<unknown>
  /** What documents say from now on: their facts are written too, and what they said before and no longer say is closed. */
  documents?: Written[]
  /** The one source of the given facts, of which only what they say now counts: its former evidence of them is replaced. */
  replaces?: string
  /** Asked once the other writers of the tenant wait; true: nothing is written. It may write itself, as a mark of how far one has come. */
  unless?: (run: Run) => Promise<boolean>
}

/** The most evidence that one transaction takes; callers cut longer input. */
export const INGEST_MAX = 10_000

/** Writes descriptions and facts in one transaction. Any order and any repetition of the same input ends in the same graph. */
export async function ingest (graph: Graph, tenantId: string, given: Fact[], descriptions: Description[] = [], options: IngestOptions = {}): Promise<Ingested> {
  const { now = new Date().toISOString(), documents = [], also, replaces, unless } = options
  const facts = [...given, ...documents.flatMap((document) => document.facts ?? [])]
  const rows = await group(facts, now)
  const entities = distinctEntities(facts)

  return graph.write(async (run) => {
    const version = (await run<{ version: number }>('graph/lock', { tenantId }))[0]!.version
    if (await unless?.(run)) {
      await run('graph/unchanged', { tenantId })
      return { created: 0, merged: 0, duplicate: facts.length, version: version - 1 }
    }
    const described = descriptions.length === 0 ? 0 : (await run<{ changed: number }>('graph/describe-entities', { tenantId, version, entities: descriptions.map(withKey) }))[0]!.changed
    if (entities.length > 0) await run('graph/merge-entities', { tenantId, entities })

    const known = rows.length === 0 ? [] : await run<{ factId: string, evidence: string[] }>('graph/merge-facts', { tenantId, version, facts: rows })
    const counts = await mergeKnown(run, tenantId, version, rows, new Map(known.map((row) => [row.factId, row.evidence])), replaces)
    const rewritten = await rewrite(run, tenantId, version, documents, now)
    await also?.(run)
    const changed = counts.created + counts.merged + described + rewritten > 0
    if (!changed) await run('graph/unchanged', { tenantId })
    return { ...counts, duplicate: facts.length - counts.created - counts.merged, version: changed ? version : version - 1 }
  })
}

interface FactRow { factId: string, subject: string, relation: Relation, object: string, evidence: string[], resolved: object }

/** One row per fact, its evidence merged, sorted and resolved. */
async function group (facts: Fact[], now: string): Promise<FactRow[]> {
  const pause = breaks()
  const held = new Map<string, { fact: Fact, evidence: string[] }>()
  for (const fact of facts) {
    const id = factId(fact)
    const row = held.get(id)
    const line = evidenceLine(fact, now)
    if (row === undefined) held.set(id, { fact, evidence: [line] })
    else row.evidence = mergeEvidence(row.evidence, [line])
    await pause()
  }
  const rows: FactRow[] = []
  for (const [id, { fact, evidence }] of held) {
    rows.push(rowOf(id, fact, evidence))
    await pause()
  }
  return rows
}

const rowOf = (factId: string, { subject, relation, object, lemma }: Fact, evidence: string[]): FactRow => ({
  factId,
  subject: subject.id,
  relation,
  object: object.id,
  evidence,
  resolved: { ...resolve(evidence, relation), lemma: relation === 'MENTIONS' ? lemma : null }
})

/** Adds to known facts what they do not hold yet; counts all evidence by its fate. */
async function mergeKnown (
  run: Run, tenantId: string, version: number, rows: FactRow[], held: Map<string, string[]>, replaces?: string
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
    const evidence = mergeEvidence(replaces === undefined ? before : before.filter((line) => parseEvidence(line).source !== replaces), row.evidence)
    const fresh = evidence.filter((line) => !before.includes(line))
    if (fresh.length === 0 && evidence.length === before.length) continue
    merged += fresh.length
    changed.push({ ...row, evidence, resolved: resolve(evidence, row.relation) })
  }
  if (changed.length > 0) await run('graph/update-facts', { tenantId, version, facts: changed })
  return { created, merged }
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
