import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Affinity, AnswerMeta, DiscoverRequest, Neighborhood, Onboarding, OnboardingRequest } from '../models/affinity.js'
import type { Relation, Label } from '../models/vocabulary.js'
import { kindOf } from '../models/vocabulary.js'
import type { Actor } from '../models/actor.js'
import type { ExportFormat } from '../models/imports.js'
import type { FeedbackRequest } from '../models/feedback.js'
import type { TrendsRequest } from '../models/trend.js'
import { readWorld } from '../seeds/read.js'
import { openAccounts } from './accounts/accounts.js'
import { auditBelonging } from './accounts/audit.js'
import { openFlags } from './accounts/flags.js'
import { openMembers, type Belonging } from './accounts/members.js'
import { takeAnswers, understood } from './accounts/onboard.js'
import { openOrganizations } from './accounts/organizations.js'
import { jwtSecret } from './accounts/secret.js'
import { openCypher } from './analysts/cypher.js'
import { openLibrary } from './analysts/library.js'
import { graphSchema } from './analysts/schema.js'
import type { Candidate } from './affinity/candidates.js'
import { feedbackGiven, giveFeedback, withdrawFeedback } from './affinity/feedback.js'
import { explainPair } from './affinity/rank.js'
import type { RecommendationsRequest } from './affinity/recommend.js'
import { walkSettings } from './affinity/weights.js'
import { openCache } from './cache.js'
import type { Config } from './config.js'
import { openDeals, type Deals } from './deals/db.js'
import { openDealsDesk } from './desk/desk.js'
import { openEntities } from './entities/entities.js'
import { EngineError } from './errors.js'
import { openEvents, type Events } from './events.js'
import { openReader } from './extraction/reader.js'
import { citedFact, mayKnow, type StoredFact } from './graph/cite.js'
import { openGraph, type Graph, type Row } from './graph/graph.js'
import { problemWith } from './graph/query.js'
import { migrateGraph } from './graph/schema.js'
import { graphVersion } from './graph/texts.js'
import { exportTenant, graphHash } from './import/export.js'
import { openImports } from './import/jobs.js'
import { importFile, type ImportReport, type ImportRequest } from './import/run.js'
import { imports, undoImport } from './import/undo.js'
import { openEmbedder } from './index/embed.js'
import { openIndex } from './index/vector-index.js'
import { learn, type Lesson, type LearnProgress } from './learn.js'
import { degradedOf, discover, metaOf, recommendations, sceneOf, syncIndex, today, upToDate, type Sources } from './matches.js'
import { noProjections, openProjections } from './projection/projection.js'
import { openStores } from './stores.js'
import { culturalTrends, detectTrends, market } from './trends/trends.js'
import { openWorkspaces } from './workspaces/workspaces.js'
import { worldLesson } from '../seeds/load.js'

/** Everything that thinks, behind one door; REST, CLI and tests call these functions. */
export type Engine = Awaited<ReturnType<typeof createEngine>>
export type { Diff, ImportReport, ImportProgress } from './import/run.js'
export type { Submission } from './import/jobs.js'
export { loadQueries, type Query } from './graph/query.js'
export { analystQueries, takenBy } from './analysts/library.js'
export { schemaPage } from './analysts/schema.js'

interface Pair { member: string, target: string }
interface Viewed { viewerId?: string }
export interface SeedReport { members: number, brands: number, facts: number, created: number, version: number, seconds: number }

/** Opens the stores, brings their schemas up to date, binds the steps. Alone in knowing every step. */
export async function createEngine (config: Config, { log = () => {} }: { log?: (line: string) => void } = {}) {
  const opened: Closable[] = []
  try {
    return await open(config, log, opened)
  } catch (error) {
    await closeAll(opened)
    throw error
  }
}

interface Closable { close: () => Promise<unknown> }
async function closeAll (opened: Closable[]): Promise<void> {
  for (const one of opened.splice(0).reverse()) await one.close() // what was opened last goes first
}

async function open (config: Config, log: (line: string) => void, opened: Closable[]) {
  const keep = <T extends Closable>(one: T): T => {
    opened.push(one)
    return one
  }
  const stores = keep(await openStores(config, { log }))
  const graph = keep(openGraph(stores.neo4j))
  const deals = keep(openDeals(stores.databaseUrl))
  const cache = keep(openCache(config.redisUrl))
  await Promise.all([
    reached(migrateGraph(graph), `Neo4j does not answer at ${stores.neo4j.uri}; check NEO4J_URI, or unset it to have one started.`),
    reached(deals.migrate(), `Postgres does not answer at ${new URL(stores.databaseUrl).host}; check DATABASE_URL, or unset it to have one started.`)
  ])
  const embedder = keep(await openEmbedder(config))
  const index = keep(await openIndex({ dir: join(config.dataDir, 'index'), embedder, log }))
  const events = keep(openEvents(graph, cache))
  const projections = keep(config.projection ? openProjections(graph, { dir: join(config.dataDir, 'projection'), log }) : noProjections(graph))
  const parts: Parts = { config, graph, projections, deals, cache, events, embedder, index }
  const reader = keep(openReader())
  const { emit } = events
  const desk = keep(openDealsDesk({ deals, graph, emit }))
  const workspaces = openWorkspaces({ graph, emit, deals: desk })
  const entities = openEntities({ graph, index, sync: (tenantId) => syncIndex(parts, tenantId), deals: desk.isParty })
  const belongings: Belonging[] = [ // what workspaces, deals, merges, the audit, events and feedback keep of a member
    workspaces.belonging, // before the deals, which know whose they are
    desk.belonging,
    entities.belonging,
    auditBelonging(graph),
    { name: 'events', read: events.about, erase: events.forgetMember },
    { name: 'feedback', read: (tenantId, memberId) => feedbackGiven(graph, tenantId, memberId), erase: async () => {} } // goes with the node
  ]
  const importJobs = keep(openImports({ graph, emit, tell: events.tell, dir: join(config.dataDir, 'imports'), bytesMax: config.importMaxBytes, log }))
  const accounts = {
    ...openAccounts({ graph, cache, emit, settings: config }),
    members: openMembers({ graph, cache, emit, belongings, partners: desk.partners, sync: (tenantId) => syncIndex(parts, tenantId) }),
    organizations: openOrganizations(graph),
    flags: openFlags(graph),
    jwtSecret: await jwtSecret(config)
  }

  return {
    config,
    graph,
    cache,
    index,
    events,
    accounts,
    deals: desk,
    workspaces,
    entities,
    extract: reader.extract,
    // `viewerId`: who sees the answer, and nothing that they may not know; without it the seeker.
    discover: (tenantId: string, request: DiscoverRequest, { viewerId = request.memberId }: Viewed = {}) => discover(parts, tenantId, request, viewerId),
    recommendations: (tenantId: string, request: RecommendationsRequest, { viewerId = request.memberId }: Viewed = {}) =>
      recommendations(parts, tenantId, request, viewerId),
    /** What the queries of the walk take beside the seeker: its exponents and bounds, and what is to be expected of each degree in this graph. */
    walkSettings: async (tenantId: string) => {
      await projections.current(tenantId)
      return walkSettings(projections.prior(tenantId))
    },
    explain: (tenantId: string, request: Pair, { viewerId = request.member }: Viewed = {}) => explain(parts, tenantId, request, viewerId),
    giveFeedback: (tenantId: string, memberId: string, request: FeedbackRequest, options: { overwrite?: boolean } = {}) =>
      giveFeedback(graph, tenantId, memberId, request, { ...options, now: now() }),
    withdrawFeedback: (tenantId: string, memberId: string, feedbackId: string) => withdrawFeedback(graph, tenantId, memberId, feedbackId),
    culturalTrends: async (tenantId: string, request: TrendsRequest, options: { viewerId?: string } = {}) => {
      await detectTrends(graph, tenantId, { emit, now: today() })
      return await culturalTrends(graph, tenantId, request, { ...options, now: today() })
    },
    marketIntelligence: (tenantId: string, industry: string | null, options: { viewerId?: string } = {}) =>
      market(graph, tenantId, industry, { ...options, now: today() }),
    /** What two answers say, before anything is written: to be shown and corrected. */
    understand: understood,
    /** `memberId`: whose answers they are; without it the member of that name. */
    onboard: (tenantId: string, request: OnboardingRequest, memberId?: string) => onboard(parts, tenantId, request, memberId),
    neighborhood: (tenantId: string, id: string, options: { limit?: number, viewerId?: string }) => neighborhood(parts, tenantId, id, options),
    learn: async (tenantId: string, lesson: Lesson, at = now(), onProgress?: LearnProgress) => {
      const learnt = await learn(graph, tenantId, lesson, at, onProgress)
      if ((lesson.descriptions ?? []).length > 0) await syncIndex(parts, tenantId) // facts change no words
      return learnt
    },
    importFile: (tenantId: string, request: ImportRequest): Promise<ImportReport> => importFile(graph, tenantId, request),
    /** Imports that go on by themselves, in a process that has called `start`. */
    importJobs,
    imports: (tenantId: string) => imports(graph, tenantId),
    exportTenant: (tenantId: string, format: ExportFormat) => exportTenant(graph, tenantId, format),
    graphHash: (tenantId: string) => graphHash(graph, tenantId),
    undoImport: (tenantId: string, importId: string, signal?: AbortSignal) => undoImport(graph, tenantId, importId, signal),
    seed: (tenantId: string, onProgress?: LearnProgress) => seed(parts, tenantId, onProgress),
    /** Any named query that only reads, for the rooms of the house; analysts have their own. */
    query: (tenantId: string, name: string, parameters: Record<string, unknown>) => query(parts, tenantId, name, parameters),
    queries: openLibrary(graph),
    cypher: openCypher(graph),
    graphSchema: (actor: Actor) => graphSchema(graph, actor),
    status: () => status(parts),
    close: () => closeAll(opened)
  }
}

const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|does not answer|connection timeout|Server responded HTTP|timeout expired/
async function reached (work: Promise<unknown>, otherwise: string): Promise<void> {
  try {
    await work
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    throw UNREACHABLE.test(`${code} ${message}`) ? new EngineError('unavailable', otherwise, [], { cause: error }) : error
  }
}

interface Parts extends Sources { config: Config, graph: Graph, deals: Deals, events: Events }
const now = () => new Date().toISOString()

async function explain (parts: Parts, tenantId: string, { member, target }: Pair, viewerId: string): Promise<{ data: Affinity, meta: AnswerMeta }> {
  const started = performance.now()
  const state = await upToDate(parts, tenantId)
  const candidate = await entityOf(parts, tenantId, target, viewerId)
  const ranked = await explainPair(sceneOf(parts, tenantId, state, viewerId), { member, target: candidate })
  return { data: ranked.data[0]!, meta: metaOf(parts, tenantId, state, ranked, started, { member, target }) }
}

/** A node, as far as the viewer may know of it. */
async function entityOf ({ graph }: Parts, tenantId: string, entityId: string, viewerId: string): Promise<Candidate & { degree: number }> {
  const [entity] = await graph.read<Candidate & { degree: number, properties: { visibleTo?: string[] } }>('graph/entity', { tenantId, entityId })
  if (entity === undefined || !mayKnow(viewerId, entity.properties)) throw new EngineError('not_found', `There is no entity "${entityId}".`)
  return { id: entity.id, label: entity.label, name: entity.name, degree: entity.degree }
}

/** Two answers in, first matches out: what was understood is written, the index follows, the list is live. */
async function onboard (parts: Parts, tenantId: string, request: OnboardingRequest, memberId?: string): Promise<{ data: Onboarding, meta: AnswerMeta }> {
  const told = await takeAnswers(parts.graph, tenantId, request, { memberId, now: now() })
  const { data: firstMatches, meta } = await discover(parts, tenantId, { memberId: told.memberId, limit: request.limit ?? 5, evidence: true }, told.memberId)
  return { data: { ...told, firstMatches }, meta }
}

interface NeighborRow { otherId: string, label: Label, name: string, degree: number, outgoing: boolean, relation: Relation, fact: StoredFact }
const NEIGHBORS_DEFAULT = 50

async function neighborhood (parts: Parts, tenantId: string, id: string, { limit = NEIGHBORS_DEFAULT, viewerId = '' }: { limit?: number, viewerId?: string }): Promise<Neighborhood> {
  const entity = await entityOf(parts, tenantId, id, viewerId)
  const rows = (await parts.graph.read<NeighborRow>('graph/neighborhood', { tenantId, entityId: id, limit })).filter(({ fact }) => mayKnow(viewerId, fact))
  const others = new Map(rows.map(({ otherId, label, name, degree }) => [otherId, { id: otherId, kind: kindOf(label), name, degree }]))
  return {
    nodes: [{ id, kind: kindOf(entity.label), name: entity.name, degree: entity.degree }, ...others.values()],
    facts: rows.map(({ otherId, outgoing, relation, fact }) =>
      outgoing ? citedFact(id, relation, otherId, fact, viewerId) : citedFact(otherId, relation, id, fact, viewerId))
  }
}

/** Loads the demo world of `seeds/` through the same steps as everything else. */
async function seed (parts: Parts, tenantId: string, onProgress?: LearnProgress): Promise<SeedReport> {
  const started = performance.now()
  const world = readWorld()
  const learnt = await learn(parts.graph, tenantId, worldLesson(world), now(), onProgress)
  await detectTrends(parts.graph, tenantId, { emit: parts.events.emit, now: today() })
  await syncIndex(parts, tenantId)
  const { created, merged, duplicate } = learnt
  const version = await graphVersion(parts.graph, tenantId) // momentum may have been one write more
  const [members, brands, seconds] = [world.members.length, world.brands.length, (performance.now() - started) / 1000]
  return { members, brands, facts: created + merged + duplicate, created, version, seconds }
}

/** Runs a read query of the library for a tenant; the tenant is not the caller's to choose. */
async function query ({ graph }: Parts, tenantId: string, name: string, parameters: Record<string, unknown>): Promise<Row[]> {
  const query = graph.queries.get(name)
  if (name.startsWith('accounts/')) throw new EngineError('permission_denied', `Query ${name} is for logins only.`)
  if (name.startsWith('workspaces/')) throw new EngineError('permission_denied', `Query ${name} is for the parties of a partnership only.`)
  if (query?.writes) throw new EngineError('permission_denied', `Query ${name} writes; only read queries can be run by hand.`)
  const problem = query && problemWith(query, { ...parameters, tenantId })
  if (problem) throw new EngineError('invalid_argument', problem)
  return graph.read(name, { ...parameters, tenantId })
}

const PING_MS = 5_000

async function status (parts: Parts) {
  const { graph, deals, cache, embedder } = parts
  const silence = sleep(PING_MS, null, { ref: false }).then(() => { throw new Error(`No answer within ${PING_MS / 1000} seconds.`) })
  const check = (work: Promise<unknown>) => Promise.race([work, silence])
    .then(() => ({ ok: true, detail: 'ok' }), (error: Error) => ({ ok: false, detail: error.message }))
  const [neo4j, postgres] = await Promise.all([check(graph.ping()), check(deals.ping())])
  const health = cache.health()
  return {
    ready: neo4j.ok && postgres.ok,
    stores: { neo4j, postgres, cache: { ok: !health.degraded, detail: health.reason ?? cache.kind } } as Record<string, { ok: boolean, detail: string }>,
    embedder: embedder.id,
    degraded: degradedOf(parts)
  }
}
