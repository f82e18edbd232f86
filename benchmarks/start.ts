import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { loadConfig, surroundings } from '../engine/config.js'
import { createEngine } from '../engine/engine.js'
import { openStores } from '../engine/stores.js'
import { bench, percentile, type Bench } from './bench.js'
import { openClient } from './load/client.js'
import { load, login, settled } from './load/pairs.js'

const TARGETS = { startFromSnapshotMs: { most: 1_500 } }

/** Where nobody listens. */
const NOWHERE = { NEO4J_URI: 'bolt://127.0.0.1:9', DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing' }

// How soon after its process begins does a server answer with matches, where the graph was kept and Neo4j does not answer?
await bench('start', async (b) => {
  const tenantId = b.full ? 'gowalla' : 'pairs-smoke'
  const { headers, memberId } = await keep(tenantId, b)
  execFileSync(process.execPath, ['scripts/pack.mjs']) // as the first start leaves it
  const ms: number[] = []
  for (let run = 0; run < b.size('starts', { smoke: 1, full: 10 }); run++) ms.push(await firstAnswer(tenantId, headers, memberId))
  b.report({ startFromSnapshotMs: percentile(ms, 50), slowestMs: Math.max(...ms) })
}, { targets: TARGETS })

/** A server that answers from the arrays and is stopped, which leaves them behind. Returns a login and someone to ask for. */
async function keep (tenantId: string, b: Bench) {
  const stores = await openStores(loadConfig())
  const engine = await createEngine(loadConfig())
  try {
    const [memberId] = await load(engine, tenantId, b) as [string]
    const headers: Record<string, string> = {}
    const server = await login(engine, tenantId, { TERAFFI_ACCESS_TOKEN_TTL_S: '36000' }, headers)
    await settled(() => server.ask('/api/v1/affinity/discover', { memberId }))
    await server.stop()
    return { headers, memberId }
  } finally {
    await engine.close()
    await stores.close()
  }
}

/** Milliseconds from the beginning of the process to the first answer that is whole. */
async function firstAnswer (tenantId: string, headers: Record<string, string>, memberId: string): Promise<number> {
  const began = performance.now()
  const env = { ...surroundings(), NODE_OPTIONS: '', PORT: '0', LOG_LEVEL: 'silent', TERAFFI_TENANT: tenantId, ...NOWHERE }
  const child = spawn(process.execPath, ['bin/teraffi.mjs', 'start'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const address = /served at (http:[^,]+),/.exec(line)?.[1]
      if (address === undefined) continue
      const client = openClient(address, 1, headers)
      await client.ask('/api/v1/affinity/discover', { memberId, limit: 10 })
      client.close()
      return performance.now() - began
    }
    throw new Error('The server ended before it answered.')
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}
