import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.js'
import { bulkLoad, isHalfLoaded, loadIsDone, nodeCount } from './embedded/bulk.js'
import { startNeo4j, stopNeo4j } from './embedded/neo4j.js'
import { EngineError } from './errors.js'
import { openGraph } from './graph/graph.js'
import { migrateGraph } from './graph/schema.js'
import { finishOffline, mapOffline, type OfflineRequest } from './import/offline.js'
import type { ImportReport } from './import/run.js'

type Log = (line: string) => void

/**
 * Loads files into the empty store of the managed Neo4j, while it is stopped, and starts it again: the graph, the marks and the rows refused are
 * those of an import file by file. Throws `failed_precondition` where Neo4j is another's or holds anything; cut off, the same call begins anew.
 */
export async function importOffline (config: Config, tenantId: string, requests: OfflineRequest[], log: Log = () => {}): Promise<ImportReport[]> {
  const { dataDir, neo4jHeapMb: heapMb, neo4jPageCacheMb: pageCacheMb } = config
  if (config.neo4j !== null) throw new EngineError('failed_precondition', 'NEO4J_URI names a Neo4j that is not ours to stop; --offline is for the managed one.')
  const up = () => startNeo4j(dataDir, { heapMb, pageCacheMb, log })
  if (!isHalfLoaded(dataDir)) await checkEmpty(await up())
  await stopNeo4j(dataDir)
  const now = new Date().toISOString()
  const dir = await mkdtemp(join(dataDir, 'offline-'))
  try {
    log('Reading …')
    const mapped = await mapOffline(tenantId, requests, dir, now)
    log('Loading …')
    await bulkLoad(dataDir, mapped, heapMb)
    log('Starting Neo4j …')
    const server = await up()
    const graph = openGraph(server)
    try {
      await migrateGraph(graph)
      const reports = await finishOffline(graph, tenantId, mapped, now)
      await loadIsDone(dataDir)
      return reports
    } finally {
      await graph.close()
      await server.stop()
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function checkEmpty (server: Awaited<ReturnType<typeof startNeo4j>>): Promise<void> {
  const nodes = await nodeCount(server)
  if (nodes === 0) return
  await server.stop()
  throw new EngineError('failed_precondition', `The store holds ${nodes} nodes (facts, accounts or what belongs to them), and --offline makes it anew; ` +
    'import without --offline, or set TERAFFI_DATA_DIR to a new folder.')
}
