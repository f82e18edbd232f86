import type { EntityRef, Fact } from '../../models/triple.js'
import { rewrite, type Written } from './documents.js'
import { mergeFacts, withKey, type MergeOptions, type Told } from './facts.js'
import { onlyMissing, surviving } from './survivors.js'
import type { Graph, Run } from './graph.js'
import { EngineError } from '../errors.js'

/** A node with what it says about itself; `properties` are of the closed list that the schema names, those that are absent stay as they are. */
export interface Description extends EntityRef {
  unnamed?: true // the name is only made from the id: of a known node it tells nothing
  properties: Record<string, string | number | boolean | string[] | null>
  /** Its texts: null where it has none, absent where they stay as they are. */
  profile?: string | null
  goals?: string | null
  content?: string | null
}

/**
 * What happened to the evidence: the first of a new fact, added to a known one, or there already. With what is refused (where in the given
 * facts; only where new ones alone are taken) they sum to what was given.
 */
export interface Ingested {
  created: number,
  merged: number,
  duplicate: number,
  refused: number[],
  version: number
  /** Of the described nodes those that are new, or other than before. */
  nodes: Map<string, { isNew: boolean }>
}

export interface IngestOptions extends MergeOptions {
  now?: string // ISO 8601, for evidence that bears no date
  /** More writes of the same transaction, such as the progress mark of an import, by what became of the facts. */
  also?: (run: Run, ingested: Ingested) => Promise<unknown>
  /** What documents say from now on: their facts are written too, and what they said before and no longer say is closed. */
  documents?: Written[]
  /** Asked once the other writers of the tenant wait; true: nothing is written. It may write itself, as a mark of how far one has come. */
  unless?: (run: Run) => Promise<boolean>
}

/** The most evidence that one transaction takes; callers cut longer input. */
export const INGEST_MAX = 10_000

/** Writes descriptions and facts in one transaction. Any order and any repetition of the same input ends in the same graph. */
export async function ingest (graph: Graph, tenantId: string, given: Fact[], descriptions: Description[] = [], options: IngestOptions = {}): Promise<Ingested> {
  const { now = new Date().toISOString(), ...more } = options
  if (descriptions.length === 0 && Object.keys(more).length === 0) return together(graph, tenantId, { facts: given, now })
  const facts = [...given, ...(more.documents ?? []).flatMap((document) => document.facts ?? [])]
  const [ingested] = await graph.inTurn(tenantId, (run) => write(run, tenantId, [{ facts, now }], descriptions, { ...more, now }))
  return ingested!
}

/** One answer for each that told something, as if they had come one after the other. */
async function write (run: Run, tenantId: string, told: Told[], descriptions: Description[], { now = '', documents = [], also, unless, ...how }: IngestOptions): Promise<Ingested[]> {
  const { version, merges } = (await run<{ version: number, merges: boolean }>('graph/lock', { tenantId }))[0]!
  if (await unless?.(run)) {
    await run('graph/unchanged', { tenantId })
    return told.map(({ facts }) => ({ created: 0, merged: 0, refused: [], duplicate: facts.length, version: version - 1, nodes: new Map() }))
  }
  const meant = merges ? await surviving(run, tenantId, { told, documents, descriptions }) : { told, documents, descriptions, gaps: [] }
  const nodes = await describe(run, tenantId, version, meant.descriptions)
  const filled = await fill(run, tenantId, version, meant.gaps)
  const counts = await mergeFacts(run, tenantId, version, meant.told, how)
  const rewritten = await rewrite(run, tenantId, version, meant.documents, now)
  if (documents.length === 0) await hide(run, tenantId, meant.told.flatMap(({ facts }) => facts))
  const changed = counts.some(({ created, merged }) => created + merged > 0) || nodes.size + filled + rewritten > 0
  const ingested = counts.map((count, i): Ingested => ({
    ...count, nodes, duplicate: told[i]!.facts.length - count.created - count.merged - count.refused.length, version: changed ? version : version - 1
  }))
  await also?.(run, ingested[0]!)
  if (!changed) await run('graph/unchanged', { tenantId })
  return ingested
}

async function describe (run: Run, tenantId: string, version: number, descriptions: Description[]): Promise<Ingested['nodes']> {
  if (descriptions.length === 0) return new Map()
  const rows = await run<{ id: string, isNew: boolean }>('graph/describe-entities', { tenantId, version, entities: descriptions.map(withKey) })
  return new Map(rows.map(({ id, isNew }) => [id, { isNew }]))
}

/** Returns how many nodes changed. */
async function fill (run: Run, tenantId: string, version: number, gaps: Description[]): Promise<number> {
  let changed = 0
  for (const gap of gaps) changed += (await describe(run, tenantId, version, [await onlyMissing(run, tenantId, gap)])).size
  return changed
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
