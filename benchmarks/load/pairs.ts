import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../../engine/engine.js'
import type { Bench } from '../bench.js'
import { serve, type Served } from './server.js'

/** The graph: that of the file, or a small one of the same form. Returns the seekers. */
export async function load (engine: Engine, tenantId: string, { full, size, report }: Bench): Promise<string[]> {
  const at = process.argv.indexOf('--pairs')
  const given = at < 0 ? '../shared/data/gowalla/train.txt.gz' : process.argv[at + 1]!
  const path = full && existsSync(given) ? given : await small(size('users', { smoke: 60, full: 3_000 }))
  const { read } = await engine.importFile(tenantId, { path, format: 'pairs' })
  const seekers = await membersOf(engine, tenantId)
  report({ edges: read, seekers: seekers.length })
  return seekers
}

async function membersOf (engine: Engine, tenantId: string): Promise<string[]> {
  const nodes: string[] = []
  for (let after = 'user:'; ;) {
    const rows = await engine.graph.read<{ id: string, label: string }>('projection/nodes', { tenantId, after, limit: 10_000 })
    nodes.push(...rows.filter(({ label }) => label === 'Member').map(({ id }) => id))
    if (rows.length < 10_000) return nodes
    after = rows.at(-1)!.id
  }
}

async function small (users: number): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'teraffi-')), 'pairs.txt')
  const file = createWriteStream(path)
  for (let user = 0; user < users; user++) {
    const items = new Set(Array.from({ length: 12 }, (_, i) => (user * user + i * i * (user % 7 + 1)) % users))
    file.write(`${[user, ...items].join(' ')}\n`)
  }
  file.end()
  await once(file, 'close')
  return path
}

/** A server of ours for a tenant, and us logged in as its admin; `headers` say so from then on. */
export async function login (engine: Engine, tenantId: string, env: Record<string, string>, headers: Record<string, string> = {}): Promise<Served> {
  const [email, password] = [`bench@${tenantId}.localhost`, 'a-benchmark-needs-no-secret']
  await engine.accounts.ensureAdmin({ email, password, name: 'Bench' }, tenantId)
  const settings = { PORT: '0', TERAFFI_TENANT: tenantId, TERAFFI_RATE_LIMITS: '1000000,1000000,1000000', LOG_LEVEL: 'silent', ...env }
  const server = await serve(['bin/teraffi.mjs', 'start'], settings, headers)
  const { data } = JSON.parse((await server.ask('/api/v1/auth/login', { email, password })).text) as { data: { accessToken: string } }
  headers.authorization = `Bearer ${data.accessToken}`
  return server
}

/** Until answers come from the arrays: ten in a row that are quick. */
export async function settled (ask: (run: number) => Promise<{ ms: number }>): Promise<void> {
  for (let run = 0, quick = 0; quick < 10 && run < 3_000; run++) {
    quick = (await ask(run)).ms < 20 ? quick + 1 : 0
    if (quick === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
