import { loadConfig } from '../engine/config.js'
import { createEngine } from '../engine/engine.js'
import { openStores } from '../engine/stores.js'
import { bench, percentile, type Bench } from './bench.js'
import { throughput, times } from './load/client.js'
import { freshness } from './load/edits.js'
import { load, login, settled } from './load/pairs.js'
import { cpuOf, serve, type Served } from './load/server.js'

/** The last four are the seeds' own. */
const TARGETS = {
  p50Ms: { most: 1.5 },
  p99Ms: { most: 8 },
  cpuMsPerRequest: { most: 0.5 },
  cypherCpuPerArraysCpu: { least: 100 },
  perBareFastify: { least: 0.05 },
  editsPerSecond: { least: 190 }, // 200 were asked for
  freshOwnP99Ms: { most: 50 }, // asked of the process that wrote
  freshP99Ms: { most: 50 }, // asked of another one
  seedsP50Ms: { most: 200 },
  seedsP95Ms: { most: 500 },
  seedsP99Ms: { most: 1000 },
  firstSearchMs: { most: 30_000 }
}

// What does an answer cost over HTTP, with its reasons, uncached, on a graph of pairs; against the same by Cypher; against bare Fastify?
// And how soon is a fact in the answers of the process that wrote it, and of another one, when 200 come a second?
// `--pairs FILE` names the graph; without it a small one is made.
await bench('live', async (b) => {
  const config = loadConfig()
  const tenantId = b.full ? 'gowalla' : 'pairs-smoke'
  const stores = await openStores(config)
  const engine = await createEngine(config)
  const served: Served[] = []
  try {
    const seekers = await load(engine, tenantId, b)
    const start = async (env: Record<string, string>) => {
      const server = await login(engine, tenantId, env)
      served.push(server)
      return server
    }
    const ask = (server: Served, run: number, more = {}) =>
      server.ask('/api/v1/affinity/discover', { memberId: seekers[(run * 7919) % seekers.length], kinds: ['item'], limit: 10, ...more })

    const ours = await start({})
    const { ms: firstSearchMs } = await ask(ours, 1)
    b.report({ firstSearchMs })
    await settled((run) => ask(ours, run))
    const neo4j = stores.runners.neo4j.pid
    b.report(await alone(b, ours, (run) => ask(ours, run)))

    const byCypher = await start({ TERAFFI_PROJECTION: 'off' })
    b.report(await against(b, { ours, byCypher, neo4j }, ask))
    await byCypher.stop()
    served.splice(served.indexOf(byCypher), 1)

    const { text } = await ask(ours, 0)
    b.report(await ceiling(b, ours, text.length, (run) => ask(ours, run)))
    await settled(() => engine.discover(tenantId, { memberId: seekers[0]! }).then(({ meta }) => ({ ms: meta.tookMs })))
    const edits = { edits: b.size('edits', { smoke: 20, full: 4_000 }), warmUp: b.size('editsToWarmUp', { smoke: 5, full: 1_000 }), everyMs: 5, watchEvery: 10 }
    b.report(await freshness({ engine, other: ours, store: neo4j, tenantId, seekers }, edits))
  } finally {
    for (const server of served) await server.stop()
    await engine.close()
    await stores.close()
  }
}, { targets: TARGETS })

async function alone ({ size }: Bench, server: Served, ask: (run: number) => Promise<{ ms: number }>) {
  const requests = size('requests', { smoke: 20, full: 5_000 })
  const ms: number[] = []
  const before = await cpuOf(server.pid)
  for (let run = 0; run < requests; run++) ms.push((await ask(run)).ms)
  const cpu = await cpuOf(server.pid) - before
  const [p50Ms, p95Ms, p99Ms] = [50, 95, 99].map((p) => percentile(ms, p)) as [number, number, number]
  return { p50Ms, p95Ms, p99Ms, cpuMsPerRequest: cpu / requests, seedsP50Ms: p50Ms, seedsP95Ms: p95Ms, seedsP99Ms: p99Ms }
}

interface Both { ours: Served, byCypher: Served, neo4j: number | null }
type Ask = (server: Served, run: number) => Promise<{ ms: number }>

/** CPU of a request, the store's and the server's, without the arrays and with them. */
async function against ({ size }: Bench, { ours, byCypher, neo4j }: Both, ask: Ask) {
  const cpu = async (server: Served) => await cpuOf(server.pid) + (neo4j === null ? 0 : await cpuOf(neo4j))
  const each = async (server: Served, requests: number) => {
    for (let run = 0; run < Math.min(5, requests); run++) await ask(server, run)
    const before = await cpu(server)
    for (let run = 0; run < requests; run++) await ask(server, run)
    return (await cpu(server) - before) / requests
  }
  const slow = await each(byCypher, size('requestsByCypher', { smoke: 3, full: 60 }))
  const quick = await each(ours, size('requestsAgainst', { smoke: 10, full: 2_000 }))
  return { cypherCpuMs: slow, arraysCpuMs: quick, cypherCpuPerArraysCpu: slow / quick }
}

async function ceiling ({ size }: Bench, ours: Served, bytes: number, ask: (run: number) => Promise<unknown>) {
  const requests = size('requestsAtOnce', { smoke: 32, full: 5_000 })
  const bare = await serve(['--import', 'tsx', 'benchmarks/load/bare.ts', String(bytes)], {})
  try {
    await throughput(16, () => bare.ask('/', {}), times(requests / 4))
    const ceiling = await throughput(16, () => bare.ask('/', {}), times(requests))
    const perSecond = await throughput(16, ask, times(requests))
    return { bytes, bareFastifyPerSecond: ceiling, perSecond, perBareFastify: perSecond / ceiling }
  } finally {
    await bare.stop()
  }
}
