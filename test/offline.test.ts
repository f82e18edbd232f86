import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { loadConfig } from '../engine/config.js'
import { startNeo4j, stopNeo4j } from '../engine/embedded/neo4j.js'
import { openGraph, type Graph } from '../engine/graph/graph.js'
import { graphVersion } from '../engine/graph/texts.js'
import { graphHash } from '../engine/import/export.js'
import { importFile } from '../engine/import/run.js'
import { imports } from '../engine/import/undo.js'
import { importOffline } from '../engine/offline.js'

t.setTimeout(300_000)

const dataDir = resolve('.data', 'offline')
const config = loadConfig({ TERAFFI_DATA_DIR: dataDir, TERAFFI_EMBEDDER: 'hashed', TERAFFI_NEO4J_HEAP_MB: '384', TERAFFI_NEO4J_PAGE_CACHE_MB: '64' })

t.before(async () => {
  await stopNeo4j(dataDir)
  rmSync(dataDir, { recursive: true, force: true })
  mkdirSync(dataDir, { recursive: true })
})
t.teardown(async () => {
  await stopNeo4j(dataDir)
  rmSync(dataDir, { recursive: true, force: true })
})

/** Facts told twice, by two, against each other, under several names, with marks that only the live path keeps, and rows that are refused. */
const CSV = [
  'subject,subjectType,predicate,object,objectType,polarity,modality,confidence,validTo,observedAt',
  'Mia Tran,,like,street food,,,,0.8,,', 'mia tran,,like,Street Foods,,-,,0.6,,', 'Mia Tran,,like,street food,,,,0.8,,', 'Mia Tran,,ponder,tea,,,,,,',
  'Mia Tran,,weigh,tea,,,desired,0.3,,2026-01-02', 'brand:acme,,sponsor,Jazz Days,Event,,possible,,2027-01-01,', 'topic:x,,like,topic:x,,,,,,', ',,like,x,,,,,,',
  'Zoë "Z" O\'Hara,,avoid,東京 カフェ,,,,0.123456789,,', 'a,Nothing,like,x,,,,,,',
  ...Array.from({ length: 300 }, (_, i) => `fan ${i % 90},,like,thing ${(i * 7) % 50},,${i % 11 === 0 ? '-' : ''},,${(i % 9 + 1) / 10},,`)
].join('\n')

t.test('an empty store is loaded while it is stopped, to the graph of the live path', async (t) => {
  const paths = Object.entries({ 'facts.csv': CSV, 'pairs.txt': '1 2 3 2\n2 3\n4\n1 9\n' }).map(([name, text]) => {
    writeFileSync(join(dataDir, name), text)
    return join(dataDir, name)
  })
  const requests = paths.map((path, i) => ({ path, format: i === 0 ? 'triples' as const : 'pairs' as const, rejectedTo: `${path}.rejected` }))
  const reports = await importOffline(config, 'offline', requests)

  const server = await startNeo4j(dataDir, { heapMb: 384, pageCacheMb: 64 })
  const graph = openGraph(server)
  t.teardown(() => graph.close())
  for (const [i, request] of requests.entries()) {
    const live = await importFile(graph, 'live', { ...request, rejectedTo: `${request.path}.live` })
    const { created, merged, ...counts } = live
    t.match(reports[i], { importId: counts.importId, read: counts.read, duplicate: counts.duplicate, rejected: counts.rejected, errors: counts.errors })
    t.equal(reports[i]!.created + reports[i]!.merged, created + merged)
    t.equal(readFileSync(`${request.path}.rejected`, 'utf8'), readFileSync(`${request.path}.live`, 'utf8'))
  }
  t.equal(await graphHash(graph, 'offline', { times: false }), await graphHash(graph, 'live', { times: false }), 'the same graph')
  const marks = async (graph: Graph, tenantId: string) => (await imports(graph, tenantId)).map(({ importId, lines }) => [importId, lines]).sort()
  t.strictSame(await marks(graph, 'offline'), await marks(graph, 'live'))
  t.ok(await graphVersion(graph, 'offline') > 0, 'its writes are counted')
  t.match(await importFile(graph, 'offline', requests[0]!), { created: 0, merged: 0 }, 'and the file is in')
  await t.rejects(importOffline(config, 'offline', requests), { code: 'failed_precondition', message: /holds \d+ nodes/ }, 'never over what is there')
})

t.test('a Neo4j that is not ours is left alone, and what decides about names goes the live way', async (t) => {
  await t.rejects(importOffline({ ...config, neo4j: { uri: 'bolt://127.0.0.1:9', user: 'neo4j', password: 'x' } }, 'offline', []), { code: 'failed_precondition', message: /NEO4J_URI/ })
})
