import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { connect, createServer, type AddressInfo } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import { emptyDatabase } from '../../test/database.js'
import type { Actor } from '../../models/actor.js'
import { STAGES, STATUSES, type PartnershipInput, type Stage } from '../../models/deals.js'
import type { EngineError } from '../errors.js'
import { openDeals } from './db.js'
import { addTransaction, ledgerOf, listTransactions } from './ledger.js'
import { anonymise, keptOf } from './members.js'
import { commissionOf, entriesOf, jsonMinor } from './money.js'
import { addMilestone, changeMilestone, changePartnership, createPartnership, getPartnership, listPartnerships, moveStage, stageHistory } from './partnerships.js'
import { MOVES } from './stages.js'

const db = await emptyDatabase(t)
await db.migrate()

const someone = (tenantId = `t-${randomUUID()}`, memberId = 'member:ada'): Actor =>
  ({ memberId, tenantId, email: 'ada@example.com', roles: ['basic_member'], permissions: [], tier: 'free', tokenId: 'x' })
const DEAL: PartnershipInput = { title: 'Autumn', members: [{ memberId: 'member:ada' }, { memberId: 'brand:tonwerk' }], totalValueMinor: 100_000, commissionRatePpm: 50_000 }
const create = (actor: Actor, more: Partial<PartnershipInput> = {}) => createPartnership(db, actor, { ...DEAL, ...more })
/** All of a table that is a tenant's, as it was written: a table by itself has no order. */
const rowsOf = async (table: string, tenantId: string) =>
  (await db.pool.query(`SELECT * FROM ${table} WHERE tenant_id = $1 ORDER BY xmin::text::bigint, ctid`, [tenantId])).rows

t.test('A-34 commissions round half to even, exactly, at any size', (t) => {
  t.equal(commissionOf(50n, 50_000), 2n, '2.5 goes down to the even 2')
  t.equal(commissionOf(70n, 50_000), 4n, '3.5 goes up to the even 4')
  t.equal(commissionOf(51n, 50_000), 3n, '2.55 is no tie')
  fc.assert(fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.integer({ min: 0, max: 1_000_000 }), (amount, rate) => {
    const twiceOff = 2n * (commissionOf(amount, rate) * 1_000_000n - amount * BigInt(rate))
    const [off, even] = [twiceOff < 0n ? -twiceOff : twiceOff, commissionOf(amount, rate) % 2n === 0n]
    return off < 1_000_000n || (off === 1_000_000n && even)
  }), { numRuns: 2_000 })
  fc.assert(fc.property(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.integer({ min: 0, max: 1_000_000 }), (amount, rate) =>
    entriesOf(amount, commissionOf(amount, rate)).reduce((sum, entry) => sum + entry.amountMinor, 0n) === 0n))
  t.equal(jsonMinor('9007199254740991'), Number.MAX_SAFE_INTEGER)
  t.throws(() => jsonMinor('9007199254740992'), { code: 'failed_precondition' }, 'what JSON would round is an error')
  t.end()
})

t.test('A-10 only legal moves are made, and a 409 lists them', async (t) => {
  await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...STAGES), { minLength: 1, maxLength: 12 }), async (path) => {
    const actor = someone()
    const deal = await create(actor)
    const walked: Stage[] = ['discovery']
    for (const to of path) {
      const from = walked.at(-1)!
      const refusal = await moveStage(db, actor, deal.id, { stage: to }).then(() => null, (error: EngineError) => error)
      assert.equal(refusal === null, to === from || MOVES[from].includes(to), `${from} to ${to}`)
      if (refusal === null && to !== from) walked.push(to)
      if (refusal !== null) assert.deepEqual([refusal.code, refusal.details.map(({ message }) => message)], ['failed_precondition', MOVES[from]])
    }
    const [now, history] = [await getPartnership(db, actor, deal.id), await stageHistory(db, actor, deal.id)]
    const noted = history.map(({ fromStage, toStage, version }) => [fromStage, toStage, version])
    assert.deepEqual(noted, walked.map((stage, i) => [walked[i - 1] ?? null, stage, i + 1]))
    assert.deepEqual([now.stage, now.version, now.status], [walked.at(-1), walked.length, walked.at(-1) === 'completion' ? 'completed' : 'active'])
  }), { numRuns: 25 })

  const actor = someone()
  const { id } = await create(actor)
  await t.rejects(moveStage(db, actor, id, { stage: 'execution' }), { code: 'failed_precondition', message: /legal: initial_contact\./, details: [{ path: 'stage', rule: 'legal', message: 'initial_contact' }] })
  await t.rejects(moveStage(db, actor, id, { stage: 'initial_contact', expectedVersion: 7 }), { code: 'failed_precondition', details: [{ path: 'expectedVersion', message: '1' }] })
})

t.test('a status changes as it may: what is closed stays closed, what is signed is not declined', async (t) => {
  const actor = someone()
  const { id } = await create(actor)
  t.match(await changePartnership(db, actor, id, { status: 'on_hold', reason: 'summer' }), { status: 'on_hold', moves: [], closedAt: null })
  await t.rejects(moveStage(db, actor, id, { stage: 'initial_contact' }), { code: 'failed_precondition', message: /legal: none/ })
  await t.rejects(changePartnership(db, actor, id, { status: 'completed' }), { code: 'failed_precondition', details: ['active', 'declined', 'cancelled'].map((message) => ({ path: 'status', message })) })
  t.match(await changePartnership(db, actor, id, { status: 'declined' }), { status: 'declined', closedAt: /^\d{4}/ })
  for (const status of STATUSES.filter((status) => status !== 'declined')) await t.rejects(changePartnership(db, actor, id, { status }), { code: 'failed_precondition' })
  await t.rejects(changePartnership(db, actor, id, { title: 'again' }), { message: /open a new one/ })
  await t.rejects(addMilestone(db, actor, id, { title: 'x' }), { code: 'failed_precondition' })

  const signed = await advance(actor, (await create(actor)).id, 'execution')
  await t.rejects(changePartnership(db, actor, signed, { status: 'declined' }), { code: 'failed_precondition' })
  t.match(await changePartnership(db, actor, signed, { status: 'cancelled' }), { status: 'cancelled' })
})

async function advance (actor: Actor, id: string, to: Stage): Promise<string> {
  for (const stage of STAGES.slice(1, STAGES.indexOf(to) + 1)) await moveStage(db, actor, id, { stage })
  return id
}

t.test('of two who change the same version, one wins', async (t) => {
  const actor = someone()
  const { id } = await create(actor)
  const done = await Promise.allSettled(['a', 'b', 'c', 'd'].map((title) => changePartnership(db, actor, id, { title, expectedVersion: 1 })))
  t.equal(done.filter(({ status }) => status === 'fulfilled').length, 1)
  t.equal((await getPartnership(db, actor, id)).version, 2)
})

t.test('A-11 milestones are added, changed and completed, each completion told once', async (t) => {
  const actor = someone()
  const { id } = await create(actor)
  const milestone = await addMilestone(db, actor, id, { title: 'First cut', dueDate: '2026-12-01' })
  t.match(milestone, { title: 'First cut', dueDate: '2026-12-01', status: 'pending', completedAt: null, partnershipId: id })
  t.match(await changeMilestone(db, actor, id, milestone.id, { status: 'completed' }), { status: 'completed', completedAt: /^\d{4}/ })
  await changeMilestone(db, actor, id, milestone.id, { status: 'completed' })
  t.same((await rowsOf('outbox', actor.tenantId)).map(({ event }) => event?.name ?? null), ['PartnershipCreated', null, 'MilestoneCompleted'])
  t.same((await getPartnership(db, actor, id)).milestones.map(({ id }) => id), [milestone.id])
  await t.rejects(changeMilestone(db, actor, id, 'none', {}), { code: 'not_found' })
  await t.rejects(addMilestone(db, actor, id, { title: 'x', dueDate: '2026-02-31' }), { code: 'invalid_argument' })
  await t.rejects(addMilestone(db, actor, id, { title: 'a\0b' }), { code: 'invalid_argument' })
})

t.test('A-34 the ledger of each transaction sums to zero, and refunds give back the commission to the cent', async (t) => {
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 1_000_000_000 }),
    fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 5 }),
    async (commissionRatePpm, amountMinor, shares) => {
      const actor = someone()
      const { id } = await create(actor, { commissionRatePpm })
      const paid = await addTransaction(db, actor, id, { type: 'payment', amountMinor }, 'pay')
      await changePartnership(db, actor, id, { commissionRatePpm: 1_000_000 - commissionRatePpm }) // a refund keeps the rate of its payment
      for (const [i, part] of split(amountMinor, shares).entries()) await addTransaction(db, actor, id, { type: 'refund', amountMinor: part, refundOf: paid.id }, `back-${i}`)

      const { rows } = await db.pool.query('SELECT transaction_id, currency FROM ledger_entries WHERE tenant_id = $1 GROUP BY 1, 2 HAVING sum(amount_minor) <> 0', [actor.tenantId])
      const { balances } = await ledgerOf(db, actor, id)
      if (rows.length > 0 || balances.some(({ amountMinor }) => amountMinor !== 0)) throw new Error(`out of balance: ${JSON.stringify(balances)}`)
      if (paid.commission.amountMinor !== Number(commissionOf(BigInt(amountMinor), commissionRatePpm))) throw new Error('not the commission')
    }), { numRuns: 20 })

  const actor = someone()
  const { id } = await create(actor)
  const paid = await addTransaction(db, actor, id, { type: 'payment', amountMinor: 10_050 }, 'a')
  t.match(paid, { type: 'payment', amountMinor: 10_050, currency: 'EUR', commission: { baseMinor: 10_050, ratePpm: 50_000, amountMinor: 502 } }, '502.5 is 502')
  t.same((await ledgerOf(db, actor, id)).entries.map(({ account, amountMinor }) => [account, amountMinor]), [['clearing', 10_050], ['payable', -9_548], ['commission', -502]])
  await t.rejects(addTransaction(db, actor, id, { type: 'refund', amountMinor: 10_051, refundOf: paid.id }, 'b'), { message: /10050 is left/ })
  await t.rejects(addTransaction(db, actor, id, { type: 'refund', amountMinor: 1 }, 'c'), { code: 'not_found' })
  await t.rejects(addTransaction(db, actor, id, { type: 'payment', amountMinor: 1, currency: 'USD' }, 'd'), { code: 'invalid_argument' })
  t.equal((await listTransactions(db, actor, id)).length, 1)

  await t.rejects(db.inTenant(actor.tenantId, (sql) => sql("INSERT INTO ledger_entries VALUES ($1, $2, 9, 'clearing', 1, 'EUR')", [actor.tenantId, paid.id])),
    /out of balance/, 'the database itself refuses what does not balance')
})

/** An amount in parts by shares; each at least 1. */
function split (amount: number, shares: number[]): number[] {
  const total = shares.reduce((a, b) => a + b)
  const parts = shares.slice(1).map((share) => Math.floor(amount * share / total)).filter((part) => part > 0)
  return [amount - parts.reduce((a, b) => a + b, 0), ...parts].filter((part) => part > 0)
}

t.test('a key means one request: the same again is answered the same, another is refused, of many at once one is done', async (t) => {
  const actor = someone()
  const { id } = await create(actor)
  const pay = (amountMinor: number, key: string, who = actor) => addTransaction(db, who, id, { type: 'payment', amountMinor }, key)

  const first = await pay(500, 'k1')
  t.strictSame(await pay(500, 'k1'), first)
  t.strictSame(await addTransaction(db, actor, id, { amountMinor: 500, type: 'payment' }, 'k1'), first, 'the order of the properties is no difference')
  await t.rejects(pay(501, 'k1'), { code: 'failed_precondition', message: /another request/ })

  const many = await Promise.all(Array.from({ length: 8 }, () => pay(700, 'k2')))
  t.equal(new Set(many.map((one) => one.id)).size, 1)
  t.equal((await listTransactions(db, actor, id)).length, 2)

  const mixed = await Promise.allSettled([1, 2, 1, 2, 1, 2].map((amount) => pay(amount, 'k3')))
  t.equal(new Set(mixed.flatMap((one) => one.status === 'fulfilled' ? [one.value.id] : [])).size, 1)
  t.equal(mixed.filter(({ status }) => status === 'rejected').length, 3)

  await t.rejects(addTransaction(db, actor, 'none', { type: 'payment', amountMinor: 1 }, 'k4'), { code: 'not_found' })
  t.ok(await pay(1, 'k4'), 'what failed is not remembered')
  t.not((await pay(500, 'k1', someone(actor.tenantId, 'member:bob'))).id, first.id, 'a key is one member\'s')

  const [one, two] = await Promise.all([1, 2].map(() => createPartnership(db, actor, DEAL, 'new')))
  t.strictSame(one, two)
})

t.test('F4 a commit whose answer is lost happened once, and the retry gets its answer', async (t) => {
  const actor = someone()
  const { id } = await create(actor)
  const { hostname, port } = new URL(db.url)
  let cut = false
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    client.on('data', (bytes) => {
      server.write(bytes)
      if (cut && bytes.includes('COMMIT')) server.prependOnceListener('data', () => { client.destroy() }) // it is done by now; the answer goes nowhere
    })
    server.on('data', (bytes) => { if (!client.destroyed) client.write(bytes) })
    for (const [one, other] of [[client, server], [server, client]] as const) one.on('error', () => {}).on('close', () => { other.destroy() })
  })
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve) })
  const url = new URL(db.url)
  url.hostname = '127.0.0.1'
  url.port = String((proxy.address() as AddressInfo).port)
  const far = openDeals(url.href)
  t.teardown(async () => {
    await far.close()
    proxy.close()
  })

  const pay = () => addTransaction(far, actor, id, { type: 'payment', amountMinor: 900 }, 'in-doubt')
  cut = true
  await t.rejects(pay(), { code: 'unavailable', message: /same Idempotency-Key/ })
  t.equal((await rowsOf('transactions', actor.tenantId)).length, 1, 'it had happened')
  cut = false
  t.match(await pay(), { id: (await rowsOf('transactions', actor.tenantId))[0].id, amountMinor: 900 })
  t.equal((await rowsOf('transactions', actor.tenantId)).length, 1)
  t.equal((await rowsOf('outbox', actor.tenantId)).length, 2)
})

t.test('A-38 each change is one transaction with its audit row and its outbox row, or nothing', async (t) => {
  const actor = someone()
  const { id } = await create(actor)
  await changePartnership(db, actor, id, { title: 'Winter', totalValueMinor: 5 })
  await moveStage(db, actor, id, { stage: 'initial_contact' })
  await addTransaction(db, actor, id, { type: 'payment', amountMinor: 1 }, 'a')
  const refused: (() => Promise<unknown>)[] = [() => moveStage(db, actor, id, { stage: 'completion' }), () => addTransaction(db, actor, id, { type: 'refund', amountMinor: 2 }, 'b')]
  for (const act of refused) await t.rejects(act())
  await changePartnership(db, actor, id, { title: 'Winter' })

  const audit = await rowsOf('audit_logs', actor.tenantId)
  t.same(audit.map(({ entity_type: type, action }) => `${type} ${action}`), ['partnership create', 'partnership change', 'partnership move', 'transaction create'])
  t.match(audit[0], { old_values: null, new_values: { title: 'Autumn' } })
  t.match(audit[1], { old_values: { title: 'Autumn', totalValueMinor: 100_000 }, new_values: { title: 'Winter', totalValueMinor: 5 }, actor_id: 'member:ada' })
  t.match(audit[2], { old_values: { stage: 'discovery' }, new_values: { stage: 'initial_contact' } })
  t.equal((await rowsOf('outbox', actor.tenantId)).length, audit.length)
  t.equal((await rowsOf('idempotency_keys', actor.tenantId)).length, 1, 'the refused one left no key')
})

const TABLES = ['partnerships', 'partnership_members', 'partnership_stage_history', 'partnership_milestones', 'transactions', 'commission_calculations', 'ledger_entries',
  'idempotency_keys', 'audit_logs', 'outbox']

t.test('B-02 one tenant sees nothing of another, and without a tenant there is nothing to see', async (t) => {
  const [ada, eve] = [someone(), someone()]
  const { id } = await create(ada)
  const milestone = await addMilestone(db, ada, id, { title: 'x' })
  await addTransaction(db, ada, id, { type: 'payment', amountMinor: 100 }, 'k')
  await create(eve)

  const { rows } = await db.pool.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' ORDER BY 1")
  t.same(rows.map(({ tablename }) => tablename), TABLES.toSorted(), 'every table is tried here')
  for (const table of TABLES) {
    t.not((await rowsOf(table, ada.tenantId)).length, 0, `${table} holds something of ada's`)
    const seen = async (tenantId: string) => (await db.inTenant(tenantId, (sql) => sql<{ tenant_id: string }>(`SELECT DISTINCT tenant_id FROM ${table}`))).map((row) => row.tenant_id)
    t.strictSame(await seen(ada.tenantId), [ada.tenantId], table)
    t.notOk((await seen(eve.tenantId)).includes(ada.tenantId), table)
    t.strictSame(await seen(''), [], table)
    t.strictSame(await db.asOwner(async (sql) => {
      await sql("SELECT set_config('role', 'teraffi_desk', true)")
      return sql(`SELECT * FROM ${table}`)
    }), [], `${table} without the setting`)
    const { rows: [forced] } = await db.pool.query('SELECT relrowsecurity AS on FROM pg_class WHERE oid = $1::regclass', [table])
    t.ok(forced.on)
  }
  for (const table of ['partnership_stage_history', 'transactions', 'commission_calculations', 'ledger_entries', 'audit_logs']) {
    await t.rejects(db.inTenant(ada.tenantId, (sql) => sql(`DELETE FROM ${table}`)), /permission denied/)
    await t.rejects(db.inTenant(ada.tenantId, (sql) => sql(`UPDATE ${table} SET tenant_id = tenant_id`)), /permission denied/)
  }
  await t.rejects(db.inTenant(eve.tenantId, (sql) => sql("INSERT INTO audit_logs (tenant_id, entity_type, entity_id, action, actor_id) VALUES ($1, 'a', 'b', 'c', 'd')", [ada.tenantId])),
    /row-level security/, 'nobody writes in another\'s name')

  const said = async (act: Promise<unknown>) => act.then(() => 'done', ({ code, message }: EngineError) => `${code} ${message}`)
  const acts: ((actor: Actor, id: string) => Promise<unknown>)[] = [
    (actor, id) => getPartnership(db, actor, id),
    (actor, id) => moveStage(db, actor, id, { stage: 'initial_contact' }),
    (actor, id) => changePartnership(db, actor, id, { title: 'mine' }),
    (actor, id) => stageHistory(db, actor, id),
    (actor, id) => addMilestone(db, actor, id, { title: 'x' }),
    (actor, id) => changeMilestone(db, actor, id, milestone.id, { title: 'x' }),
    (actor, id) => addTransaction(db, actor, id, { type: 'payment', amountMinor: 1 }, randomUUID()),
    (actor, id) => listTransactions(db, actor, id),
    (actor, id) => ledgerOf(db, actor, id)
  ]
  for (const act of acts) t.equal((await said(act(eve, id))).replace(id, 'ID'), (await said(act(eve, 'missing'))).replace('missing', 'ID'), 'word for word as if it were not there')
  t.match(await getPartnership(db, ada, id), { title: 'Autumn', version: 1 })
})

t.test('A-09 lists come page by page, filtered, each partnership once', async (t) => {
  const actor = someone()
  const ids: string[] = []
  for (let i = 0; i < 7; i++) ids.unshift((await create(actor, i % 2 === 0 ? {} : { members: [{ memberId: 'member:bob' }, { memberId: 'brand:tonwerk' }] })).id)
  const seen: string[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { data, meta } = await listPartnerships(db, actor, { limit: 3, ...cursor && { cursor } }, null)
    seen.push(...data.map(({ id }) => id))
    cursor = meta.cursor
  }
  t.same(seen, ids)
  t.equal((await listPartnerships(db, actor, { member: 'member:bob' }, null)).data.length, 3)
  t.equal((await listPartnerships(db, actor, {}, 'member:ada')).data.length, 4, 'only those that ada takes part in')
  t.equal((await listPartnerships(db, actor, { stage: 'negotiation' }, null)).data.length, 0)
})

t.test('who leaves is handed what is kept, then has no name in the books any more', async (t) => {
  const actor = someone()
  const { id } = await create(actor, { title: 'A tour (of Ada Lind)' })
  await addTransaction(db, { ...actor, memberId: 'member:bob' }, id, { type: 'payment', amountMinor: 10_000, note: 'for Ada Lind' }, 'k')
  await addTransaction(db, actor, id, { type: 'payment', amountMinor: 10_000 }, 'k')
  t.match(await keptOf(db, actor.tenantId, 'member:ada'), { partnerships: [{ id }], history: [{ to_stage: 'discovery' }], transactions: [{ amount_minor: '10000' }] })

  await anonymise(db, actor.tenantId, 'member:ada', 'Ada Lind')
  for (const table of TABLES) t.notMatch(JSON.stringify(await rowsOf(table, actor.tenantId)), /member:ada|Ada Lind/, table)
  const [held] = await rowsOf('idempotency_keys', actor.tenantId)
  t.match(JSON.parse(String(held!.answer)), { note: 'for someone', amountMinor: 10_000 }, 'the answer to a key is the same but for that')
  const { members, createdBy } = await getPartnership(db, actor, id)
  t.match(members, [{ memberId: /^erased:/, role: 'initiator' }, { memberId: 'brand:tonwerk' }])
  t.equal(createdBy, members[0]!.memberId)
  t.equal((await ledgerOf(db, actor, id)).balances.length, 3, 'the money is where it was')
})
