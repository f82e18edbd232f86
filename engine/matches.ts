import type { Answer, AnswerMeta, DiscoverRequest } from '../models/affinity.js'
import type { Emit } from '../models/events.js'
import { rank, type Ranked } from './affinity/rank.js'
import { recommend, type RecommendationsRequest } from './affinity/recommend.js'
import type { Scene } from './affinity/scene.js'
import type { Cache } from './cache.js'
import type { Reads } from './graph/graph.js'
import { shortHash } from './graph/schema.js'
import { textSource } from './graph/texts.js'
import type { Embedder } from './index/embed.js'
import type { Index } from './index/vector-index.js'
import type { Projections, State } from './projection/projection.js'

/** What matches are made from. */
export interface Sources {
  graph: Reads
  projections: Projections
  index: Index
  embedder: Embedder
  cache: Cache
  events: { emit: Emit }
  deals: { health: () => { degraded: boolean } }
}

/** Answers are the same all day long. */
export const today = () => new Date().toISOString().slice(0, 10)
export const syncIndex = ({ graph, index }: Sources, tenantId: string) => index.sync(tenantId, textSource(graph, tenantId))

/** Brings the projection and the index up to the graph, as far as anything has changed; tells how far they are. */
export async function upToDate (parts: Sources, tenantId: string): Promise<State> {
  const state = await parts.projections.current(tenantId)
  if (state.stale !== null) await parts.index.open(tenantId) // as it was saved: there is nobody to ask for texts
  else if (parts.index.graphVersion(tenantId) < state.textVersion) await syncIndex(parts, tenantId)
  return state
}

/** Where one request is answered: a tenant's graph and vectors, not older than was told, on a day, for whoever sees the answer. */
export function sceneOf ({ projections, index, embedder }: Sources, tenantId: string, { version }: State, viewerId: string, day = today()): Scene {
  return {
    graph: projections.reader(tenantId, { atLeast: version }),
    tenantId,
    viewerId,
    now: day,
    prior: projections.prior(tenantId),
    index: {
      embed: async (text) => (await embedder.embed([text]))[0]!,
      vector: (space, id) => index.vector(tenantId, space, id) ?? null,
      search: (space, vector, k, allow) => index.search(tenantId, space, vector, k, allow),
      similarity: (space, vector, ids) => index.similarity(tenantId, space, vector, ids)
    }
  }
}

export async function discover (parts: Sources, tenantId: string, request: DiscoverRequest, viewerId = ''): Promise<Answer> {
  const started = performance.now()
  const state = await upToDate(parts, tenantId)
  const ranked = await rank(sceneOf(parts, tenantId, state, viewerId, request.asOf), request)
  return { data: ranked.data, meta: metaOf(parts, tenantId, state, ranked, started, request) }
}

/** Events are kept in Neo4j: while it does not answer, nothing is told. */
const untold: Emit = async () => {}

/** The best matches of a stored member, page by page. */
export async function recommendations (parts: Sources, tenantId: string, request: RecommendationsRequest, viewerId: string): Promise<Answer> {
  const started = performance.now()
  const { cache, embedder, events: { emit } } = parts
  const state = await upToDate(parts, tenantId)
  const { version } = state
  const scene = async (day: string) => sceneOf(parts, tenantId, state, viewerId, day)
  const place = { scene, cache, emit: state.stale === null ? emit : untold, tenantId, viewerId, version, embedder: embedder.id, today: today() }
  const { ranked, recommId, cursor, cached } = await recommend(place, request)
  return { data: ranked.data, meta: { ...metaOf(parts, tenantId, state, ranked, started, request), recommId, cursor, cached } }
}

/** What is off, as far as is known without waiting for an answer. */
export function degradedOf ({ index, cache, deals }: Sources): string[] {
  return [
    ...index.degraded,
    ...cache.health().degraded ? ['Redis does not answer; each process remembers and counts for itself.'] : [],
    ...deals.health().degraded ? ['Postgres does not answer; deals wait until it does.'] : []
  ]
}

export function metaOf (parts: Sources, tenantId: string, { version, stale }: State, ranked: Omit<Ranked, 'order'>, started: number, request: object): AnswerMeta {
  return {
    recommId: 'r' + shortHash(JSON.stringify([tenantId, version, request])),
    tookMs: performance.now() - started,
    cached: false,
    graphVersion: version,
    embedder: parts.embedder.id,
    weights: ranked.weights,
    fallback: ranked.fallback,
    degraded: stale === null ? degradedOf(parts) : [stale, ...degradedOf(parts)]
  }
}
