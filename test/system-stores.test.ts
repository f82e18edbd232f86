import { randomUUID } from 'node:crypto'
import t from 'tap'
import { waitUntil } from '../engine/embedded/process.js'
import { loadConfig } from '../engine/config.js'
import { createEngine } from '../engine/engine.js'
import type { NumberedEvent } from '../models/events.js'
import { testConfig } from './world.js'

/**
 * The tests of deals and events once more, on servers of the system: TERAFFI_TEST_DATABASE_URL, whose owner is an ordinary role that may
 * make databases and roles, and TERAFFI_TEST_REDIS_URL. Without them the embedded stores alone are tested.
 */

t.setTimeout(600_000)

const SUITES = ['engine/deals/db.test.ts', 'engine/deals/deals.test.ts', 'test/outbox.test.ts', 'api/deals.test.ts', 'engine/events.test.ts']

const databaseUrl = process.env['TERAFFI_TEST_DATABASE_URL'] ?? ''
const redisUrl = process.env['TERAFFI_TEST_REDIS_URL'] ?? ''
const skip = databaseUrl === '' ? 'TERAFFI_TEST_DATABASE_URL is not set' : redisUrl === '' ? 'TERAFFI_TEST_REDIS_URL is not set' : false
const env = { ...testConfig(), DATABASE_URL: databaseUrl, REDIS_URL: `${redisUrl}/1` }

for (const file of SUITES) {
  t.test(`${file}, on servers of the system`, { skip }, (t) => t.spawn(process.execPath, ['--import=tsx', file], { env, timeout: 300_000 }, file))
}

t.test('F4 the whole line, on an embedded Neo4j and servers of the system', { skip }, async (t) => {
  const tenantId = `system-${randomUUID()}`
  const engine = await createEngine(loadConfig(env))
  t.teardown(() => engine.close())
  t.match(await engine.status(), { ready: true, stores: { postgres: { ok: true }, cache: { ok: true, detail: 'redis' } } })

  const join = async (name: string, ...answers: string[]) => {
    const { actor } = await engine.accounts.register({ email: `${randomUUID()}@example.org`, password: 'correct horse battery', name }, tenantId)
    return { actor, ...(await engine.onboard(tenantId, { name, answers }, actor.memberId)).data }
  }
  const mia = await join('Mia Tran', 'I make videos about specialty coffee.', 'I would love to work with coffee brands.')
  const { actor: ada } = await join('Ada Lind', 'I review coffee gear. I love coffee.', 'I look for people who make videos about specialty coffee.')
  t.ok(mia.triples.length > 0)
  const found = async () => (await engine.discover(tenantId, { memberId: ada.memberId, kinds: ['member'] })).data.map(({ id }) => id)
  t.same(await found(), [mia.memberId])

  const heard: NumberedEvent[] = []
  await engine.events.subscribe(tenantId, `member:${mia.memberId}`, (event) => { heard.push(event) })
  const deal = await engine.deals.create(ada, { title: 'A series', members: [{ memberId: ada.memberId }, { memberId: mia.memberId }] })
  t.same(await found(), [], 'partners of today are no suggestion')
  await engine.deals.move(mia.actor, deal.id, { stage: 'initial_contact' })
  const paid = await engine.deals.transact(ada, deal.id, { type: 'payment', amountMinor: 10_000 }, 'once')
  t.same(await engine.deals.transact(ada, deal.id, { type: 'payment', amountMinor: 10_000 }, 'once'), paid)
  t.equal((await engine.deals.ledger(mia.actor, deal.id)).balances.reduce((sum, { amountMinor }) => sum + amountMinor, 0), 0)

  t.ok(await waitUntil(() => heard.length === 2, 10_000))
  t.match(heard, [{ name: 'PartnershipCreated' }, { name: 'PartnershipStageChanged', data: { newStage: 'initial_contact' } }])
  t.ok(await waitUntil(async () => (await engine.deals.doctor(tenantId)).length === 0, 10_000), 'both stores say the same')
})
