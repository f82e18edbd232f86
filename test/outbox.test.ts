import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import type { Actor } from '../models/actor.js'
import type { PartnershipInput, Stage } from '../models/deals.js'
import { openCache } from '../engine/cache.js'
import { loadConfig } from '../engine/config.js'
import type { Deals } from '../engine/deals/db.js'
import { deliverNext, startOutbox, waiting } from '../engine/deals/outbox.js'
import { createPartnership, moveStage } from '../engine/deals/partnerships.js'
import { deliverTo, openDealsDesk } from '../engine/desk/desk.js'
import { differences } from '../engine/desk/mirror.js'
import { EngineError } from '../engine/errors.js'
import { openEvents } from '../engine/events.js'
import { parseEvidence } from '../engine/graph/evidence.js'
import type { Graph } from '../engine/graph/graph.js'
import { openStores } from '../engine/stores.js'
import { emptyDatabase } from './database.js'
import { fact, testConfig, testEngine, world } from './world.js'

const FACTS = ['ada HAS_AFFINITY_WITH jazz', 'brand:tonwerk HAS_AFFINITY_WITH jazz', 'brand:klangwerk HAS_AFFINITY_WITH jazz', 'bob HAS_AFFINITY_WITH jazz']
const DEAL: PartnershipInput = { title: 'Autumn', members: [{ memberId: 'member:ada' }, { memberId: 'brand:tonwerk' }] }

const actorIn = (tenantId: string, memberId = 'member:ada', roles: Actor['roles'] = ['basic_member']): Actor =>
  ({ memberId, tenantId, email: 'a@example.com', roles, permissions: [], tier: 'free', tokenId: 'x' })

/** A world with a database of its own, in which no other worker is at work. */
async function quiet (t: Test) {
  const db = await emptyDatabase(t)
  await db.migrate()
  const { graph, tenantId, engine } = await world(t, ...FACTS)
  return { db, graph, tenantId, engine, actor: actorIn(tenantId) }
}

/** What the graph says of partners, by those whose word it is. */
async function partners (graph: Graph, tenantId: string) {
  const rows = await graph.read<{ subject: string, facts: { object: string, evidence: string[] }[] }>('deals/mirrored', { tenantId, after: '', limit: 100 })
  return rows.flatMap(({ subject, facts }) => facts.map(({ object, evidence }) => ({ subject, object, evidence: evidence.map(parseEvidence) })))
}
const marks = (graph: Graph, tenantId: string) => graph.read<{ partnershipId: string, row: number, applied: number }>('deals/marks', { tenantId })
const drain = async (db: Deals, deliver: Parameters<typeof deliverNext>[1]) => { while (await deliverNext(db, deliver)); }

t.test('A-09 a deal is in the graph when the answer comes: its present state, in place of the former', async (t) => {
  const { engine, graph, tenantId } = await world(t, ...FACTS, fact('ada PARTNERED_WITH brand:tonwerk', { observedAt: '2026-01-01T00:00:00.000Z', validFrom: '2024-01-01', validTo: '2024-12-31' }))
  const actor = actorIn(tenantId)
  const day = new Date().toISOString().slice(0, 10)
  const found = async () => (await engine.discover(tenantId, { memberId: 'member:ada', kinds: ['brand'] })).data.map(({ id }) => id).sort()
  t.same(await found(), ['brand:klangwerk', 'brand:tonwerk'])

  const { id } = await engine.deals.create(actor, DEAL)
  const [first] = await partners(graph, tenantId)
  t.match(first, { subject: 'member:ada', object: 'brand:tonwerk' })
  t.match(first!.evidence.find(({ source }) => source === `partnership:${id}`), { properties: { stage: 'discovery', partnershipId: id }, validFrom: day, validTo: null })
  t.same(await found(), ['brand:klangwerk'], 'partners of today are no suggestion')

  for (const stage of ['initial_contact', 'negotiation'] as Stage[]) await engine.deals.move(actor, id, { stage })
  const [held] = await partners(graph, tenantId)
  const ours = held!.evidence.filter(({ source }) => source === `partnership:${id}`)
  t.match(ours, [{ properties: { stage: 'negotiation' }, modality: 'possible', sentence: /in the making .* at negotiation/ }], 'a proposal is not yet a fact')
  t.equal(ours.length, 1, 'one source, one word')
  t.equal(held!.evidence.filter(({ source }) => source === 'test').length, 1, 'what others say stays')

  const before = (await graph.read<{ version: number }>('graph/version', { tenantId }))[0]!.version
  await engine.deals.transact(actor, id, { type: 'payment', amountMinor: 100 }, 'k')
  t.equal((await graph.read<{ version: number }>('graph/version', { tenantId }))[0]!.version, before, 'money moves no fact, so what was computed from the graph stays good')

  await engine.deals.change(actor, id, { status: 'cancelled' })
  t.match((await partners(graph, tenantId))[0]!.evidence.filter(({ source }) => source !== 'test'), [{ properties: { outcome: 'cancelled' }, validTo: day }])
  t.same(await found(), ['brand:klangwerk', 'brand:tonwerk'], 'who is free again is found again')
  t.same(await engine.deals.doctor(tenantId), [])

  const signed = await engine.deals.create(actor, DEAL)
  for (const stage of ['initial_contact', 'negotiation', 'contract_review', 'execution'] as Stage[]) await engine.deals.move(actor, signed.id, { stage })
  t.match((await partners(graph, tenantId))[0]!.evidence.filter(({ source }) => source === `partnership:${signed.id}`), [{ modality: 'certain', sentence: /^A partnership since/ }])
})

t.test('the outbox is applied once, through workers that die at each step', async (t) => {
  const stores = await openStores(loadConfig(testConfig()))
  t.teardown(() => stores.close())
  const { db, graph, tenantId, actor } = await quiet(t)
  const ids = [(await createPartnership(db, actor, DEAL)).id, (await createPartnership(db, actor, { ...DEAL, members: [{ memberId: 'member:bob' }, { memberId: 'brand:tonwerk' }] })).id]
  for (const stage of ['initial_contact', 'negotiation', 'initial_contact', 'negotiation', 'contract_review'] as Stage[]) {
    for (const id of ids) await moveStage(db, actor, id, { stage })
  }
  const rows = 12

  const run = async (phase: string, nth: number) => {
    const child = spawn(process.execPath, ['--import=tsx', 'test/outbox-worker.ts', JSON.stringify({ url: db.url, neo4j: stores.neo4j, phase, nth })], { stdio: ['ignore', 'inherit', 'inherit'] })
    const [code, signal] = await once(child, 'exit')
    return signal ?? code
  }
  for (const phase of ['before', 'between', 'after']) t.equal(await run(phase, 2), 'SIGKILL', `dies ${phase}`)
  t.same(await Promise.all([run('after', 2), run('between', 1)]), ['SIGKILL', 'SIGKILL'], 'two at once die as well')
  t.same(await Promise.all([run('', 0), run('', 0)]), [0, 0], 'two at once finish the work')

  t.same((await marks(graph, tenantId)).map(({ applied }) => applied), [rows / 2, rows / 2], 'each change was applied once')
  t.same(await waiting(db, tenantId), [])
  t.same(await differences(db, graph, tenantId), [])
  t.same((await partners(graph, tenantId)).map(({ evidence }) => evidence.map(({ properties }) => properties.stage)), [['contract_review'], ['contract_review']])

  const cache = openCache(null)
  const events = openEvents(graph, cache)
  t.teardown(async () => { await events.close(); await cache.close() })
  for (const id of ids) {
    const told = await events.since(tenantId, `partnership:${id}`, 0)
    t.same(told.map(({ name, data }) => name === 'PartnershipStageChanged' ? data.newStage : name),
      ['PartnershipCreated', 'initial_contact', 'negotiation', 'initial_contact', 'negotiation', 'contract_review'], 'and told once, in order')
  }
})

t.test('workers side by side keep the order of each partnership and take none twice', async (t) => {
  const { db, graph, tenantId, actor } = await quiet(t)
  const ids = await Promise.all(Array.from({ length: 2 }, async () => { // fewer than workers
    const { id } = await createPartnership(db, actor, DEAL)
    for (let i = 1; i < 10; i++) await moveStage(db, actor, id, { stage: i % 2 === 1 ? 'initial_contact' : 'discovery' })
    return id
  }))

  const delivered: [string, number][] = []
  const deliver = deliverTo(graph, async () => {})
  const workers = [1, 2, 3].map(() => startOutbox(db, async (row) => {
    await new Promise((resolve) => setTimeout(resolve, 2 * (20 - row.id))) // the earlier the slower: who overtakes is seen
    await deliver(row)
    delivered.push([row.partnershipId, row.id])
  }, { pollMs: 20 }))
  t.teardown(() => Promise.all(workers.map((worker) => worker.stop())))
  while ((await waiting(db, tenantId)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  for (const id of ids) {
    const order = delivered.filter(([one]) => one === id).map(([, row]) => row)
    t.same(order, order.toSorted((a, b) => a - b))
    t.equal(new Set(order).size, 10)
  }
  t.equal(delivered.length, 20)
  t.same(await differences(db, graph, tenantId), [])
})

t.test('a store that goes away and comes back loses nothing', async (t) => {
  const { db, graph, tenantId, actor } = await quiet(t)
  const { id } = await createPartnership(db, actor, DEAL)
  let there = false
  const deliver = deliverTo(graph, async () => {})
  const worker = startOutbox(db, async (row) => {
    if (!there) throw new EngineError('unavailable', 'Neo4j does not answer; try again shortly.')
    await deliver(row)
  }, { pollMs: 50 })
  t.teardown(() => worker.stop())
  const until = async (holds: () => Promise<boolean>) => { while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 20)) }

  await until(async () => (await waiting(db, tenantId))[0]?.lastError !== null)
  t.match(await differences(db, graph, tenantId), [
    { partnershipId: id, waiting: true, what: /does not say that member:ada and brand:tonwerk/ },
    { waiting: true, what: /1 changes wait in the outbox: Neo4j does not answer/ }
  ])
  there = true
  await until(async () => (await waiting(db, tenantId)).length === 0)

  // Postgres lets go of every connection, the listening one and those at work.
  await db.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()').catch(() => {})
  await until(() => moveStage(db, actor, id, { stage: 'initial_contact' }).then(() => true, ({ code }) => { if (code !== 'unavailable') throw new Error(code); return false }))
  await until(async () => (await waiting(db, tenantId)).length === 0)
  t.same(await differences(db, graph, tenantId), [])
  t.equal((await marks(graph, tenantId))[0]!.applied, 2)
})

t.test('a change that comes late, or again, changes nothing', async (t) => {
  const { db, graph, tenantId, actor } = await quiet(t)
  const { id } = await createPartnership(db, actor, DEAL)
  await moveStage(db, actor, id, { stage: 'initial_contact' })
  const rows: Parameters<ReturnType<typeof deliverTo>>[0][] = []
  const deliver = deliverTo(graph, async () => {})
  await drain(db, async (row) => { rows.push(row) })
  for (const row of [rows[1]!, rows[0]!, rows[1]!, rows[0]!]) await deliver(row)
  t.match(await marks(graph, tenantId), [{ partnershipId: id, applied: 1 }])
  t.match((await partners(graph, tenantId))[0]!.evidence, [{ properties: { stage: 'initial_contact' } }])
})

t.test('the doctor finds what was tampered with, on either side', async (t) => {
  const { db, graph, tenantId, actor } = await quiet(t)
  const deliver = deliverTo(graph, async () => {})
  const [one, two] = [await createPartnership(db, actor, DEAL), await createPartnership(db, actor, { ...DEAL, members: [{ memberId: 'member:bob' }, { memberId: 'brand:tonwerk' }] })]
  await drain(db, deliver)
  t.same(await differences(db, graph, tenantId), [])

  await db.pool.query("UPDATE partnerships SET stage = 'execution' WHERE id = $1", [one.id])
  for (const table of ['outbox', 'partnership_stage_history', 'partnership_members', 'partnerships']) {
    await db.pool.query(`DELETE FROM ${table} WHERE ${table === 'partnerships' ? 'id' : 'partnership_id'} = $1`, [two.id])
  }
  const found = await differences(db, graph, tenantId)
  t.equal(found.length, 3)
  t.match(found.find(({ partnershipId }) => partnershipId === one.id), { waiting: false, what: 'stage is execution in the deals and discovery in the graph' })
  t.match(found.filter(({ partnershipId }) => partnershipId === two.id).map(({ what }) => what), [/the deals do not/, /restored from a backup/])
})

t.test('who may: parties and admins; others of the tenant not, those of another tenant do not see it', async (t) => {
  const { engine, tenantId } = await world(t, ...FACTS)
  const { deals } = engine
  const ada = actorIn(tenantId)
  const { id } = await deals.create(ada, DEAL)
  await t.rejects(deals.get(actorIn(tenantId, 'member:bob'), id), { code: 'permission_denied' })
  await t.rejects(deals.move(actorIn(tenantId, 'member:bob'), id, { stage: 'initial_contact' }), { code: 'permission_denied' })
  await t.rejects(deals.create(actorIn(tenantId, 'member:bob'), DEAL), { code: 'permission_denied' }, 'nobody makes deals for others')
  t.match(await deals.get(actorIn(tenantId, 'brand:tonwerk'), id), { id })
  t.match(await deals.get(actorIn(tenantId, 'member:boss', ['admin']), id), { id })
  t.same((await deals.list(actorIn(tenantId, 'member:bob'))).data, [])
  t.equal((await deals.list(actorIn(tenantId, 'member:boss', ['admin']))).data.length, 1)
  const acts: ((actor: Actor, id: string) => Promise<unknown>)[] = [deals.get, deals.history, deals.ledger, deals.transactions]
  for (const act of acts) {
    await t.rejects(act(actorIn(`${tenantId}-b`, 'member:ada', ['admin']), id), { code: 'not_found', message: `There is no partnership "${id}".` })
  }
  await t.rejects(deals.create(ada, { ...DEAL, members: [{ memberId: 'member:ada' }, { memberId: 'brand:nobody' }] }), { code: 'not_found', message: 'There is no entity "brand:nobody".' })
  await t.rejects(deals.create(ada, { ...DEAL, members: [{ memberId: 'member:ada' }, { memberId: 'topic:jazz' }] }), { code: 'invalid_argument' })
  await t.rejects(deals.create(ada, { ...DEAL, members: [{ memberId: 'member:ada' }, { memberId: 'member:ada' }] }), { code: 'invalid_argument' })
})

t.test('A-15 figures from both stores, each with where it comes from', async (t) => {
  const { engine, tenantId } = await world(t, ...FACTS)
  const { deals } = engine
  const [ada, bob, boss] = [actorIn(tenantId), actorIn(tenantId, 'member:bob'), actorIn(tenantId, 'member:boss', ['admin'])]
  const { id } = await deals.create(ada, { ...DEAL, totalValueMinor: 5_000, commissionRatePpm: 100_000 })
  const { id: other } = await deals.create(bob, { ...DEAL, members: [{ memberId: 'member:bob' }, { memberId: 'brand:tonwerk' }], totalValueMinor: 70 })
  const paid = await deals.transact(ada, id, { type: 'payment', amountMinor: 1_000 }, 'a')
  await deals.transact(ada, id, { type: 'refund', amountMinor: 400, refundOf: paid.id }, 'b')
  await deals.change(bob, other, { status: 'declined' })
  await deals.addMilestone(ada, id, { title: 'x', dueDate: '2026-01-01' })

  const figures = async (actor: Actor, name: Parameters<typeof deals.analytics>[1]) => {
    const { data, meta } = await deals.analytics(actor, name)
    t.same(meta.degraded, [])
    t.ok(data.every(({ source, counts, drill }) => ['postgres', 'neo4j', 'both'].includes(source) && counts !== '' && drill !== ''))
    return Object.fromEntries(data.map(({ name, of, value }) => [of === null ? name : `${name} ${of}`, value]))
  }
  t.match(await figures(boss, 'dashboard'), {
    'partnerships active': 1, 'partnerships declined': 1, open_value: 5_000, received: 600, commission: 60, 'entities Member': 2, 'entities Brand': 2, changes_waiting: 0
  })
  const mine = await figures(bob, 'dashboard')
  t.match(mine, { 'partnerships declined': 1 })
  t.notOk('received' in mine || 'partnerships active' in mine, 'a member reads the figures of their own partnerships')
  t.match(await figures(boss, 'partnerships'), { 'at_stage discovery': 1, 'reached_stage discovery': 2 })
  t.match(await figures(boss, 'performance'), { closed: 1, success_rate: 0, milestones_due: 1, milestones_on_time: 0 })
  t.same(await figures(actorIn(`${tenantId}-b`, 'member:ada', ['admin']), 'performance'), { closed: 0, milestones_due: 0 })
  await t.rejects(deals.analytics(boss, 'dashboard', { from: '2026-12-01', to: '2026-11-01' }), { code: 'invalid_argument' })
  await t.rejects(deals.analytics(boss, 'dashboard', { from: '2026-02-31' }), { code: 'invalid_argument' })
})

t.test('discover answers and deals say unavailable while Postgres is away', async (t) => {
  const { graph, tenantId } = await world(t, ...FACTS)
  const { openDeals } = await import('../engine/deals/db.js')
  const gone = openDeals('postgres://nobody:nothing@127.0.0.1:9/none')
  const desk = openDealsDesk({ deals: gone, graph })
  t.teardown(async () => { await desk.close(); await gone.close() })
  await t.rejects(desk.list(actorIn(tenantId)), { code: 'unavailable' })
  const { data, meta } = await desk.analytics(actorIn(tenantId, 'member:boss', ['admin']), 'dashboard')
  t.match(meta.degraded, [/Postgres does not answer/])
  t.ok(data.length > 0 && data.every(({ source }) => source === 'neo4j'), 'what the graph knows is still told')
  t.ok((await (await testEngine(t)).discover(tenantId, { memberId: 'member:ada' })).data.length > 0)
})

t.test('another tenant\'s partnership of the same name is another one', async (t) => {
  const [here, there] = [await world(t, ...FACTS), await world(t, ...FACTS)]
  await here.engine.deals.create(actorIn(here.tenantId), DEAL)
  t.equal((await partners(here.graph, here.tenantId)).length, 1)
  t.same(await partners(there.graph, there.tenantId), [])
  t.same(await here.engine.deals.doctor(`test-${randomUUID()}`), [])
})
