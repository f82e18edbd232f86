import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { buildApp } from '../api/app.js'
import { loadConfig } from '../engine/config.js'
import { openProjections } from '../engine/projection/projection.js'
import { openStores } from '../engine/stores.js'
import { openDoor } from './door.js'
import { loggedIn } from './login.js'
import { ask, startServer, type Server } from './server.js'
import { fact, NOW, testConfig, testEngine } from './world.js'

const DISCOVER = '/api/v1/affinity/discover'
const RECOMMENDED = '/api/v1/affinity/recommendations'
const FACTS = ['ada HAS_AFFINITY_WITH jazz', 'bob HAS_AFFINITY_WITH jazz', 'cat HAS_AFFINITY_WITH chess', 'ada HAS_AFFINITY_WITH chess']

/** A tenant whose graph was kept, an admin's token, and a door before Neo4j that is shut. */
async function kept (t: Test) {
  const engine = await testEngine(t)
  const tenantId = `test-${randomUUID()}`
  await engine.learn(tenantId, { facts: FACTS.map((text) => fact(text)) }, NOW)
  const app = await buildApp(engine)
  t.teardown(() => app.close())
  const { headers } = await loggedIn(app, engine, { tenantId })
  const config = loadConfig(testConfig())
  const projections = openProjections(engine.graph, { dir: join(config.dataDir, 'projection') })
  while (projections.arrays(tenantId) === null) await projections.current(tenantId)
  await projections.close()

  const stores = await openStores(config)
  t.teardown(() => stores.close())
  const { uri, user, password } = stores.neo4j
  const door = await openDoor(t, new URL(uri))
  door.shut()
  const settings = { NEO4J_URI: `bolt://127.0.0.1:${door.port}`, NEO4J_USER: user, NEO4J_PASSWORD: password }
  return { engine, tenantId, door, settings, token: headers.authorization.slice('Bearer '.length) }
}

type Ids = { id: string }[]

t.test('where a graph was kept, matches are served before Neo4j is up, and the rest when it is', async (t) => {
  const { engine, tenantId, door, settings, token } = await kept(t)
  const server = await startServer(t, tenantId, settings, { early: true })
  const discover = (more = {}) => ask<Ids>(server, 'POST', DISCOVER, { token, body: { memberId: 'member:ada', kinds: ['member'], ...more } })
  const ids = ({ data }: { data: Ids }) => data.map(({ id }) => id)

  await t.test('matches, which say how old they are', async (t) => {
    const { status, data, meta } = await discover()
    t.equal(status, 200)
    t.same(ids({ data }), ['member:bob', 'member:cat'])
    t.match(meta['degraded'][0], /Neo4j does not answer.*as of version \d+/)
    const recommended = await ask<Ids>(server, 'GET', `${RECOMMENDED}?memberId=member:ada&kind=member`, { token })
    t.same([recommended.status, ids(recommended)], [200, ids({ data })])
  })

  await t.test('nothing else, and it says why', async (t) => {
    for (const refused of [await discover({ evidence: true }), await discover({ query: 'jazz' })]) t.match(refused, { status: 503, error: { code: 'unavailable', message: /Neo4j/ } })
    t.match(await ask(server, 'POST', '/api/v1/onboarding', { token, body: {} }), { status: 503, error: { code: 'unavailable', message: /not up yet/ } })
    t.match(await ask(server, 'GET', '/ready'), { status: 503, error: { details: [{ path: 'stores.neo4j' }, { path: 'stores.postgres' }] } })
    t.equal((await ask(server, 'GET', '/health')).status, 200)
    t.equal((await ask(server, 'POST', DISCOVER, { token: `${token}x`, body: {} })).status, 401)
    t.equal((await ask(server, 'POST', DISCOVER, { body: { memberId: 'member:ada' } })).status, 401)
  })

  await t.test('when Neo4j is up it catches up with what others wrote meanwhile', async (t) => {
    await engine.learn(tenantId, { facts: [fact('eve HAS_AFFINITY_WITH jazz')] }, NOW)
    door.open()
    await untilUp(server)
    const { data, meta } = await discover()
    t.ok(ids({ data }).includes('member:eve'))
    t.notMatch(meta['degraded'].join(), /as of version/)
    t.equal((await discover({ evidence: true })).status, 200)
  })

  await t.test('when Neo4j goes away later, tokens are believed for matches and for nothing else', async (t) => {
    await discover()
    door.shut()
    const timed = async () => {
      const started = performance.now()
      const { status, meta } = await discover()
      return { status, isStale: /as of version/.test(meta['degraded']?.join()), isQuick: performance.now() - started < 1_000 }
    }
    let answer = await timed() // the first ones wait until the driver gives up
    for (let tries = 0; tries < 20 && !(answer.isStale && answer.isQuick); tries++) answer = await timed()
    t.same(answer, { status: 200, isStale: true, isQuick: true }, 'once it is known, nobody waits for it')
    t.match(await ask(server, 'POST', '/api/v1/affinity/feedback', { token, body: { targetId: 'member:bob', type: 'accept' } }), { status: 503, error: { code: 'unavailable' } })
  })
})

async function untilUp (server: Server): Promise<void> {
  while ((await ask(server, 'GET', '/ready')).status !== 200) await sleep(50)
}

t.test('a signal ends a server whose stores never came', async (t) => {
  const { tenantId, settings } = await kept(t)
  const server = await startServer(t, tenantId, settings, { early: true })
  server.child.kill('SIGTERM')
  t.same(await server.ended, [0, null])
})

t.test('where nothing was kept, the start fails as long as Neo4j does not answer', async (t) => {
  const { settings } = await kept(t)
  await t.rejects(startServer(t, `test-${randomUUID()}`, settings), /Neo4j does not answer at bolt:/)
})
