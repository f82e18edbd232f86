import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import t, { type Test } from 'tap'
import { buildApp } from '../api/app.js'
import { loadConfig } from '../engine/config.js'
import { waitUntil } from '../engine/embedded/process.js'
import { createEngine } from '../engine/engine.js'
import { openStores } from '../engine/stores.js'
import { openDoor } from './door.js'
import { loggedIn } from './login.js'
import { logIn, adminOf, startServer } from './server.js'
import { testConfig, world } from './world.js'

/** What whoever runs it relies on: what it says when a store is away, and how it leaves. */

t.setTimeout(300_000)

const API = '/api/v1'
const FACTS = ['bea', 'cat', 'dan'].map((who) => `${who} HAS_AFFINITY_WITH jazz`)
const redisUrl = process.env['TERAFFI_TEST_REDIS_URL']

/** An engine and its API over stores of which some are behind a door, and someone who asks. */
async function house (t: Test, settings: Record<string, string>) {
  const { tenantId } = await world(t, ...FACTS)
  const engine = await createEngine(loadConfig({ ...testConfig(), ...settings }))
  t.teardown(() => engine.close())
  const app = await buildApp(engine)
  t.teardown(() => app.close())
  await app.ready()
  const ada = await loggedIn(app, engine, { tenantId, name: 'Ada Lind' })
  const headers = ada.headers

  const timely = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const start = performance.now()
    const { statusCode: status, headers: answered, ...answer } = await app.inject({ method, url, headers, ...payload && { payload } })
    const { data, meta, error } = answer.json()
    return { status, data, meta, error, retryAfter: answered['retry-after'], tookMs: performance.now() - start }
  }
  const discover = () => timely('POST', `${API}/affinity/discover`, { query: 'jazz' })
  const ready = () => timely('GET', '/ready')
  return { engine, ada, timely, discover, ready }
}

const POSTGRES_OFF = /^Postgres does not answer/
const REDIS_OFF = /^Redis does not answer/
const says = ({ meta }: { meta: { degraded: string[] } }, what: RegExp) => meta.degraded.some((line) => what.test(line))

t.test('F4 E-25 discover goes on while Postgres is gone or hangs, deals say 503, and both say why', async (t) => {
  const stores = await openStores(loadConfig(testConfig()))
  t.teardown(() => stores.close())
  const door = await openDoor(t, new URL(stores.databaseUrl))
  const { ada, timely, discover, ready } = await house(t, { DATABASE_URL: Object.assign(new URL(stores.databaseUrl), { port: door.port }).href })
  const propose = () => timely('POST', `${API}/partnerships`, { title: 'A tour', members: [{ memberId: ada.actor.memberId }, { memberId: 'member:bea' }] })
  t.equal((await propose()).status, 200)
  t.notOk(says(await discover(), POSTGRES_OFF))
  t.match(await ready(), { status: 200, data: { stores: { neo4j: { ok: true }, postgres: { ok: true }, cache: { ok: true } } } })

  for (const fault of ['shut', 'hang'] as const) {
    door[fault]()
    t.ok(await waitUntil(async () => says(await discover(), POSTGRES_OFF), 15_000), `${fault}: what is known of it is some seconds old at most`)
    const answer = await discover()
    t.match(answer, { status: 200, data: [{}, {}] }, 'cat and dan; bea is a partner')
    t.ok(answer.tookMs < 2_000, `${fault}: nobody waits for it, ${answer.tookMs.toFixed(0)} ms`)
    const refused = await propose()
    t.match(refused, { status: 503, retryAfter: '5', error: { code: 'unavailable' } })
    t.ok(refused.tookMs < 12_000, `${fault}: ${refused.tookMs.toFixed(0)} ms`)
    const unready = await ready()
    t.match(unready, { status: 503, retryAfter: '5', error: { details: [{ path: 'stores.postgres' }] } })
    t.ok(unready.tookMs < 7_000, `${fault}: ${unready.tookMs.toFixed(0)} ms`)

    door.open()
    t.ok(await waitUntil(async () => (await propose()).status === 200, 20_000), 'it comes back by itself')
    t.ok(await waitUntil(async () => !says(await discover(), POSTGRES_OFF), 10_000))
    t.equal((await ready()).status, 200)
  }
})

t.test('F3 E-25 everything goes on without Redis, and says so', async (t) => {
  const { discover, ready, engine } = await house(t, { REDIS_URL: 'redis://127.0.0.1:1' })
  const answer = await discover()
  t.match(answer, { status: 200, data: [{}, {}, {}] })
  t.ok(says(answer, REDIS_OFF))
  t.match(await ready(), { status: 200, data: { stores: { cache: { ok: false, detail: String } }, degraded: [/hashed/, REDIS_OFF] } })
  t.ok(engine.cache.health().degraded)
})

t.test('F3 Redis goes, hangs, is emptied: no failure, no slow answer, no ended login taken for a running one', { skip: redisUrl === undefined ? 'TERAFFI_TEST_REDIS_URL is not set' : false }, async (t) => {
  const door = await openDoor(t, new URL(redisUrl!))
  const { engine, ada, timely, discover } = await house(t, { REDIS_URL: `redis://127.0.0.1:${door.port}/3` })
  t.notOk(says(await discover(), REDIS_OFF))
  const end = async (fault: string) => {
    const { actor, refreshToken } = await engine.accounts.login({ email: ada.email, password: 'correct horse battery' })
    await engine.accounts.actorOfToken(actor.tokenId)
    await engine.accounts.logout(actor)
    const live = () => engine.accounts.actorOfToken(actor.tokenId).then(() => true, () => false)
    t.ok(await waitUntil(async () => !await live(), 3_000), `${fault}: the login has ended`)
    await t.rejects(engine.accounts.refresh(refreshToken), { code: 'unauthenticated' })
  }
  for (const fault of ['shut', 'hang'] as const) {
    door[fault]()
    for (let i = 0; i < 10; i++) {
      const answer = await discover()
      t.match(answer, { status: 200, data: [{}, {}, {}] })
      t.ok(answer.tookMs < 3_000, `${fault}: ${answer.tookMs.toFixed(0)} ms`)
    }
    t.ok(says(await discover(), REDIS_OFF))
    await end(fault)
    door.open()
    t.ok(await waitUntil(async () => !says(await discover(), REDIS_OFF), 10_000))
    await end(`${fault}, and back`)
  }
  const { Redis } = await import('ioredis')
  const redis = new Redis(`${redisUrl}/3`)
  t.teardown(() => { redis.disconnect() })
  await redis.flushdb()
  t.match(await discover(), { status: 200, data: [{}, {}, {}] })
  await end('emptied')
  t.equal((await timely('GET', `${API}/users/me`)).status, 200)
})

t.test('F22 SIGTERM under load: every request that was taken is answered, and it ends with 0 within ten seconds', async (t) => {
  const { tenantId } = await world(t, ...FACTS)
  const server = await startServer(t, tenantId)
  const token = await logIn(server, adminOf(tenantId))
  const { hostname, port } = new URL(server.address)

  /** Asks again and again over one connection, until it hears that this answer was the last. */
  const client = async (): Promise<number[]> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const statuses: number[] = []
    const once = () => new Promise<boolean>((resolve, reject) => {
      const asking = request({ agent, hostname, port, path: `${API}/affinity/discover`, method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }, (answer) => {
        statuses.push(answer.statusCode!)
        answer.resume().once('end', () => { resolve(answer.headers.connection !== 'close') }).once('error', reject)
      })
      asking.once('error', reject).end(JSON.stringify({ query: `jazz ${randomUUID()}` }))
    })
    while (await once()) continue
    agent.destroy()
    return statuses
  }
  const clients = Promise.allSettled(Array.from({ length: 100 }, client))
  t.ok(await waitUntil(() => server.log.filter(({ context }) => context.route === `${API}/affinity/discover`).length > 200, 60_000), 'they are at it')

  const asked = performance.now()
  server.child.kill('SIGTERM')
  t.same(await server.ended, [0, null])
  const tookMs = performance.now() - asked
  t.ok(tookMs < 10_000, `${tookMs.toFixed(0)} ms`)
  const outcomes = await clients
  t.same(outcomes.filter(({ status }) => status === 'rejected'), [], 'nobody was hung up on')
  const statuses = outcomes.flatMap((one) => one.status === 'fulfilled' ? one.value : [])
  t.same(statuses.filter((status) => status !== 200), [])
  t.ok(statuses.length > 300, `${statuses.length} answers`)
})

t.test('F22 without anybody there it leaves at once, and a second signal does not wait', async (t) => {
  const { tenantId } = await world(t, ...FACTS)
  const server = await startServer(t, tenantId)
  const asked = performance.now()
  server.child.kill('SIGTERM')
  t.same(await server.ended, [0, null])
  t.ok(performance.now() - asked < 5_000)
})
