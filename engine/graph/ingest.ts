import type { EntityRef, Fact } from '../../models/triple.js'
import type { Relation } from '../../models/vocabulary.js'
import { canonicalKey } from '../extraction/canonical.js'
import { evidenceLine, factId, mergeEvidence, parseEvidence, resolve } from './evidence.js'
import { breaks } from '../turns.js'
import { rewrite, type Written } from './documents.js'
import type { Graph, Run } from './graph.js'
import { EngineError } from '../errors.js'

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

/** Facts that are told at once, at their time. */
interface Told { facts: Fact[], now: string }

/** Writes descriptions and facts in one transaction. Any order and any repetition of the same input ends in the same graph. */
export async function ingest (graph: Graph, tenantId: string, given: Fact[], descriptions: Description[] = [], options: IngestOptions = {}): Promise<Ingested> {
  const { now = new Date().toISOString(), ...more } = options
  if (descriptions.length === 0 && Object.keys(more).length === 0) return together(graph, tenantId, { facts: given, now })
  const facts = [...given, ...(more.documents ?? []).flatMap((document) => document.facts ?? [])]
  const [ingested] = await graph.inTurn(tenantId, (run) => write(run, tenantId, [{ facts, now }], descriptions, { ...more, now }))
  return ingested!
}

/** One answer for each that told something, as if they had come one after the other. */
async function write (run: Run, tenantId: string, told: Told[], descriptions: Description[], { now = '', documents = [], also, replaces, unless }: IngestOptions): Promise<Ingested[]> {
  const version = (await run<{ version: number }>('graph/lock', { tenantId }))[0]!.version
  if (await unless?.(run)) {
    await run('graph/unchanged', { tenantId })
    return told.map(({ facts }) => ({ created: 0, merged: 0, duplicate: facts.length, version: version - 1 }))
  }
  const described = descriptions.length === 0 ? 0 : (await run<{ changed: number }>('graph/describe-entities', { tenantId, version, entities: descriptions.map(withKey) }))[0]!.changed
  const counts = await mergeFacts(run, tenantId, version, told, replaces)
  const rewritten = await rewrite(run, tenantId, version, documents, now)
  const facts = told.flatMap((one) => one.facts)
  if (documents.length === 0) await hide(run, tenantId, facts)
  await also?.(run)
  const changed = counts.some(({ created, merged }) => created + merged > 0) || described + rewritten > 0
  if (!changed) await run('graph/unchanged', { tenantId })
  return counts.map((count, i) => ({ ...count, duplicate: told[i]!.facts.length - count.created - count.merged, version: changed ? version : version - 1 }))
}

/** Names that were only said in private are as private as what was said. */
async function hide (run: Run, tenantId: string, facts: Fact[]): Promise<void> {
  const ends = facts.filter(({ visibility }) => visibility).flatMap(({ subject, object }) => [subject.id, object.id])
  if (ends.length > 0) await run('graph/viewers', { tenantId, ids: [...new Set(ends)] })
}

interface Waiting extends Told { resolve: (ingested: Ingested) => void, reject: (error: unknown) => void }
const queues = new WeakMap<Graph, Map<string, Waiting[]>>()

/** Facts that wait while others are written are then written in one transaction, so that many small writes cost little more than one. */
function together (graph: Graph, tenantId: string, told: Told): Promise<Ingested> {
  const tenants = queues.get(graph) ?? new Map<string, Waiting[]>()
  queues.set(graph, tenants)
  return new Promise((resolve, reject) => {
    const waiting = tenants.get(tenantId)
    const mine = { ...told, resolve, reject }
    if (waiting !== undefined && factsOf(waiting) + told.facts.length <= INGEST_MAX) return waiting.push(mine)
    const led = [mine]
    tenants.set(tenantId, led)
    return writeTogether(graph, tenantId, led, () => { if (tenants.get(tenantId) === led) tenants.delete(tenantId) })
  })
}

const factsOf = (told: Told[]) => told.reduce((sum, { facts }) => sum + facts.length, 0)

/** When the turn comes, or cannot come, nobody joins any more. Where not all can be written, each is tried alone, so that none fails for another. */
async function writeTogether (graph: Graph, tenantId: string, all: Waiting[], begins: () => void): Promise<void> {
  try {
    const ingested = await graph.inTurn(tenantId, (run) => {
      begins()
      return write(run, tenantId, all, [], {})
    })
    for (const [i, one] of all.entries()) one.resolve(ingested[i]!)
  } catch (error) {
    begins()
    if (all.length === 1 || (error instanceof EngineError && error.code === 'unavailable')) for (const one of all) one.reject(error)
    else for (const one of all) await writeTogether(graph, tenantId, [one], () => {})
  }
}

export interface FactRow { factId: string, subject: string, relation: Relation, object: string, evidence: string[], resolved: object }

/** One row per fact, its evidence merged, sorted and resolved. */
async function group (told: Told[]): Promise<FactRow[]> {
  const pause = breaks()
  const held = new Map<string, { fact: Fact, evidence: string[] }>()
  for (const { facts, now } of told) {
    for (const fact of facts) {
      const id = factId(fact)
      const row = held.get(id)
      const line = evidenceLine(fact, now)
      if (row === undefined) held.set(id, { fact, evidence: [line] })
      else row.evidence = mergeEvidence(row.evidence, [line])
      await pause()
    }
  }
  const rows: FactRow[] = []
  for (const [id, { fact, evidence }] of held) {
    rows.push(rowOf(id, fact, evidence))
    await pause()
  }
  return rows
}

export const rowOf = (factId: string, { subject, relation, object, lemma }: Fact, evidence: string[]): FactRow => ({
  factId,
  subject: subject.id,
  relation,
  object: object.id,
  evidence,
  resolved: { ...resolve(evidence, relation), lemma: relation === 'MENTIONS' ? lemma : null }
})

interface Counts { created: number, merged: number }

/** Writes new facts, and adds to known ones what they do not hold yet; counts the evidence of each that told some by its fate. */
async function mergeFacts (run: Run, tenantId: string, version: number, told: Told[], replaces?: string): Promise<Counts[]> {
  const rows = await group(told)
  if (rows.length === 0) return told.map(() => ({ created: 0, merged: 0 }))
  const [, found] = await Promise.all([ // both are sent at once; Neo4j runs them in this order
    run('graph/merge-entities', { tenantId, entities: distinctEntities(told.flatMap(({ facts }) => facts)) }),
    run<{ factId: string, evidence: string[] }>('graph/merge-facts', { tenantId, version, facts: rows })
  ])
  const known = new Map(found.map((row) => [row.factId, row.evidence]))
  const held = new Map(known)
  const counts = (told.length === 1 ? [rows] : await Promise.all(told.map((one) => group([one])))).map((some) => add(some, held, replaces))
  const changed = rows.filter((row) => held.get(row.factId) !== known.get(row.factId) && known.has(row.factId)).map((row) => {
    const evidence = held.get(row.factId)!
    return { ...row, evidence, resolved: resolve(evidence, row.relation) }
  })
  if (changed.length > 0) await run('graph/update-facts', { tenantId, version, facts: changed })
  return counts
}

/** Adds evidence to what is held. A list that does not change stays the same one. */
function add (rows: FactRow[], held: Map<string, string[]>, replaces?: string): Counts {
  const counts = { created: 0, merged: 0 }
  for (const { factId, evidence } of rows) {
    const before = held.get(factId)
    const kept = replaces === undefined ? before : before?.filter((line) => parseEvidence(line).source !== replaces)
    const after = mergeEvidence(kept ?? [], evidence)
    const fresh = after.filter((line) => before?.includes(line) !== true).length
    if (before !== undefined && fresh === 0 && after.length === before.length) continue
    counts[before === undefined ? 'created' : 'merged'] += fresh
    held.set(factId, after)
  }
  return counts
}

export const withKey = <T extends EntityRef>(entity: T) => ({ ...entity, key: canonicalKey(entity.name, entity.label) })

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
