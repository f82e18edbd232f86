import { loadConfig } from '../engine/config.js'
import { createEngine, type Engine } from '../engine/engine.js'
import { readWorld } from '../seeds/read.js'
import { bench, percentile } from './bench.js'

// How long does one wait for a top 10 of the demo world, computed and from the cache? Aim: p95 under 500 ms, under 200 ms when cached.
await bench('discover-latency', async ({ full, size, time, report }) => {
  const engine = await createEngine(loadConfig())
  try {
    const tenantId = full ? 'bench' : 'bench-smoke'
    const seekers = await (full ? everyone : aFew)(engine, tenantId)
    const someone = (run: number) => ({ memberId: seekers[run % seekers.length]!, limit: 10 })
    const runs = size('runs', { smoke: 4, full: 500 })
    await time(size('warmUps', { smoke: 1, full: 50 }), (run) => engine.discover(tenantId, someone(run)))

    let found = 0 // reported, so that finding less cannot pass for being faster
    const ms = await time(runs, async (run) => { found += (await engine.discover(tenantId, someone(run))).data.length })
    for (const memberId of seekers) await engine.recommendations(tenantId, { memberId })
    const cachedMs = await time(runs, async (run) => engine.recommendations(tenantId, someone(run)))

    const { embedder } = await engine.status()
    report({
      embedder,
      seekers: seekers.length,
      found,
      p50Ms: percentile(ms, 50),
      p95Ms: percentile(ms, 95),
      p99Ms: percentile(ms, 99),
      cachedP50Ms: percentile(cachedMs, 50),
      cachedP95Ms: percentile(cachedMs, 95)
    })
  } finally {
    await engine.close()
  }
})

async function everyone (engine: Engine, tenantId: string): Promise<string[]> {
  await engine.seed(tenantId)
  return readWorld().members.map(({ id }) => id)
}

async function aFew (engine: Engine, tenantId: string): Promise<string[]> {
  const few = readWorld().members.slice(0, 4)
  const told = await Promise.all(few.map(({ name, profile, goals }) => engine.onboard(tenantId, { name, answers: [profile, goals] })))
  return told.map(({ data }) => data.memberId)
}
