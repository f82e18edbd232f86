import { join } from 'node:path'
import { jwtSecret } from './accounts/secret.js'
import { openCache } from './cache.js'
import type { Config } from './config.js'
import { EngineError } from './errors.js'
import { openEmbedder } from './index/embed.js'
import { openIndex } from './index/vector-index.js'
import { discover, recommendations, type Sources } from './matches.js'
import { openProjections } from './projection/projection.js'
import type { DiscoverRequest } from '../models/affinity.js'
import type { RecommendationsRequest } from './affinity/recommend.js'

/** What can be done before the stores are up: matches as they were kept. Whatever else is asked is `unavailable`. */
export type EarlyEngine = NonNullable<Awaited<ReturnType<typeof createEarlyEngine>>>

export const STARTING = 'Neo4j is not up yet; until it is, only matches are served, as they were kept. Try again shortly.'
const starting = async () => { throw new EngineError('unavailable', STARTING) }

/** What is being answered is answered by then. */
const REST_MS = 2_000

interface Viewed { viewerId?: string }

/** The engine before its stores are up, out of the data folder alone; null where nothing is kept of the tenant. Alone in needing no store. */
export async function createEarlyEngine (config: Config, { log = () => {} }: { log?: (line: string) => void } = {}) {
  if (!config.projection) return null
  const graph = { read: starting, write: starting, onChange: () => {} }
  const projections = openProjections(graph, { dir: join(config.dataDir, 'projection'), log })
  if (!await projections.restored(config.tenantId)) {
    await projections.close()
    return null
  }
  const { version } = await projections.current(config.tenantId)
  const embedder = await openEmbedder(config)
  const index = await openIndex({ dir: join(config.dataDir, 'index'), embedder, log })
  const cache = openCache(null)
  const sources: Sources = { graph, projections, index, embedder, cache, events: { emit: async () => {} }, deals: { health: () => ({ degraded: true }) } }
  return {
    config,
    cache,
    /** The version that matches are as of. */
    version,
    accounts: { jwtSecret: await jwtSecret(config), actorOfToken: starting },
    discover: (tenantId: string, request: DiscoverRequest, { viewerId = request.memberId }: Viewed = {}) => discover(sources, tenantId, request, viewerId),
    recommendations: (tenantId: string, request: RecommendationsRequest, { viewerId = request.memberId }: Viewed = {}) =>
      recommendations(sources, tenantId, request, viewerId),
    explain: starting,
    status: async () => ({
      ready: false,
      stores: { neo4j: { ok: false, detail: 'starting' }, postgres: { ok: false, detail: 'starting' } } as Record<string, { ok: boolean, detail: string }>,
      embedder: embedder.id,
      degraded: [STARTING]
    }),
    /** Lets go of the graph, once another engine answers. */
    rest: () => { setTimeout(() => { projections.close().catch(() => {}) }, REST_MS).unref() },
    close: async () => {
      await projections.close()
      await cache.close()
      await embedder.close() // the index has nothing to save
    }
  }
}
