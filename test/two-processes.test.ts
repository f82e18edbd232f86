import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { waitUntil } from '../engine/embedded/process.js'
import type { Account, Tokens } from '../models/accounts.js'
import type { Partnership, Stage, Transaction } from '../models/deals.js'
import { ask, logIn, register, startServer, type Server } from './server.js'
import { world } from './world.js'

/**
 * Two servers on the same stores. They share what is in Neo4j and Postgres; a Redis, where there is one (TERAFFI_TEST_REDIS_URL), brings
 * news sooner and counts for both.
 */

t.setTimeout(600_000)

const redisUrl = process.env['TERAFFI_TEST_REDIS_URL']
const RATE = 20
const API = '/api/v1'
const EVENTS_MS = 15_000 // without Redis a process looks every five seconds

t.test('two processes joined by the stores alone', (t) => suite(t))
t.test('two processes joined by Redis as well', { skip: redisUrl === undefined ? 'TERAFFI_TEST_REDIS_URL is not set' : false }, (t) => suite(t, `${redisUrl}/2`))

type Member = Account & Tokens & { email: string, password: string }

async function suite (t: Test, redis = ''): Promise<void> {
  const { engine, graph, tenantId } = await world(t, ...['jazz', 'chess', 'tea'].flatMap((topic) => ['bea', 'cat', 'dan'].map((who) => `${who} HAS_AFFINITY_WITH ${topic}`)))
  const settings = { REDIS_URL: redis, TERAFFI_RATE_LIMITS: `1000000,${RATE},1000000` }
  const both = await Promise.all([startServer(t, tenantId, settings), startServer(t, tenantId, settings)])
  const [one, two] = both

  const join = async (name: string): Promise<Member> => {
    const member = await register(one, name)
    await engine.accounts.grant(member.email, { tier: 'enterprise' })
    return member
  }
  const ada = await join('Ada Lind')
  const bo = await join('Bo Berg')
  const as = ({ accessToken: token }: Tokens, more: object = {}) => ({ token, ...more })

  await t.test('F17 a login on one holds on the other, and ends on both within a second or so', async (t) => {
    const token = await logIn(one, ada)
    for (const server of both) t.match(await ask(server, 'GET', `${API}/users/me`, { token }), { status: 200, data: { id: ada.memberId } })
    const renewed = await ask<Tokens>(two, 'POST', `${API}/auth/refresh`, { body: { refreshToken: bo.refreshToken } })
    t.match(await ask(one, 'GET', `${API}/users/me`, as(renewed.data)), { status: 200, data: { id: bo.memberId } }, 'a refresh token of one is good for the other')

    t.equal((await ask(one, 'POST', `${API}/auth/logout`, { token })).status, 200)
    const ended = performance.now()
    t.ok(await waitUntil(async () => (await ask(two, 'GET', `${API}/users/me`, { token })).status === 401, 5_000, 20))
    const tookMs = performance.now() - ended
    t.ok(tookMs < 2_000, `after ${tookMs.toFixed(0)} ms`)
    t.equal((await ask(one, 'GET', `${API}/users/me`, as(ada))).status, 200, 'another login of the same account goes on')
  })

  await t.test('A-20 what happens on one is heard on the other, in order and once, also when one comes back later', async (t) => {
    const deal = await propose(one, ada, bo)
    const listener = await listen(t, two, ada, `partnership:${deal.id}`, 0)
    const path: Stage[] = ['initial_contact', 'negotiation', 'initial_contact', 'negotiation', 'contract_review', 'execution']
    for (const [i, stage] of path.entries()) {
      t.equal((await ask(both[i % 2]!, 'PUT', `${API}/partnerships/${deal.id}/stage`, as(i % 3 === 0 ? bo : ada, { body: { stage } }))).status, 200)
    }
    t.ok(await waitUntil(() => listener.heard.length > path.length, EVENTS_MS))
    t.same(listener.heard.map(({ name, data }) => name === 'PartnershipStageChanged' ? data['newStage'] : name), ['PartnershipCreated', ...path])
    const numbers = listener.heard.map(({ number }) => number)
    t.same(numbers, numbers.toSorted((a, b) => a - b))
    t.equal(new Set(numbers).size, numbers.length)

    const late = await listen(t, one, bo, `partnership:${deal.id}`, numbers[2])
    t.ok(await waitUntil(() => late.heard.length === numbers.length - 3, EVENTS_MS))
    t.same(late.heard, listener.heard.slice(3), 'from a number that the other process gave')
  })

  await t.test('who is rejected on one is gone from its list at once, and from that of the other within 50 ms', async (t) => {
    const target = 'member:bea'
    await ask(one, 'POST', `${API}/onboarding`, as(ada, { body: { name: 'Ada Lind', answers: ['I love jazz. I love chess.', 'I would love to play tea-time jazz.'] } }))
    const list = async (server: Server) => (await ask<{ id: string }[]>(server, 'GET', `${API}/affinity/recommendations?kind=member`, as(ada))).data.map(({ id }) => id)
    for (const server of [...both, ...both]) t.ok((await list(server)).includes(target), 'also from what it keeps')
    t.equal((await ask(one, 'POST', `${API}/affinity/feedback`, as(ada, { body: { targetId: target, type: 'reject' } }))).status, 200)
    t.notOk((await list(one)).includes(target))
    await sleep(50)
    t.notOk((await list(two)).includes(target))
  })

  await t.test('F4 an Idempotency-Key books once, whichever process is asked', async (t) => {
    const deal = await propose(one, ada, bo)
    const path = `${API}/partnerships/${deal.id}/transactions`
    const pay = (server: Server) => ask<Transaction>(server, 'POST', path, as(ada, { body: { type: 'payment', amountMinor: 900 }, headers: { 'idempotency-key': 'k1' } }))
    const answers = await Promise.all([...both, ...both, ...both].map(pay))
    t.same(answers.map(({ status }) => status), [200, 200, 200, 200, 200, 200])
    t.equal(new Set(answers.map(({ data }) => data.id)).size, 1)
    t.equal((await ask<Transaction[]>(two, 'GET', path, as(bo))).data.length, 1)
  })

  await t.test('F4 the outbox of each brings what it finds, and every change arrives once', async (t) => {
    const deals = await Promise.all(Array.from({ length: 4 }, (_, i) => propose(both[i % 2]!, ada, bo)))
    await Promise.all(deals.map(async ({ id }, i) => {
      for (const stage of ['initial_contact', 'negotiation', 'initial_contact'] as Stage[]) {
        t.equal((await ask(both[i % 2]!, 'PUT', `${API}/partnerships/${id}/stage`, as(ada, { body: { stage } }))).status, 200)
      }
    }))
    const differences = () => engine.deals.doctor(tenantId)
    t.ok(await waitUntil(async () => (await differences()).length === 0, EVENTS_MS), 'the graph says what the deals say')
    const marks = await graph.read<{ partnershipId: string, applied: number }>('deals/marks', { tenantId })
    for (const { id } of deals) {
      t.equal(marks.find(({ partnershipId }) => partnershipId === id)?.applied, 4)
      const told = await engine.events.since(tenantId, `partnership:${id}`, 0)
      t.same(told.map(({ name }) => name), ['PartnershipCreated', ...Array(3).fill('PartnershipStageChanged')])
    }
  })

  await t.test('F18 requests of one member count together', { skip: redis === '' ? 'without Redis each process counts for itself' : false }, async (t) => {
    const cy = await register(one, 'Cy Holm')
    const within = async (): Promise<number[]> => {
      const minute = () => Math.floor(Date.now() / 60_000)
      const began = minute()
      const statuses: number[] = []
      for (let i = 0; i < 2 * RATE; i++) statuses.push((await ask(both[i % 2]!, 'GET', `${API}/users/me`, as(cy))).status)
      return minute() === began ? statuses : within() // the next minute counts anew
    }
    const statuses = await within()
    t.same(statuses, [...Array(RATE).fill(200), ...Array(RATE).fill(429)])
  })

  for (const { log } of both) t.same(log.filter(({ level, context }) => level === 'error' || context.statusCode! >= 500), [], 'nothing was a mistake of ours')
}

async function propose (server: Server, by: Member, to: Member): Promise<Partnership> {
  const { data } = await ask<Partnership>(server, 'POST', `${API}/partnerships`, {
    token: by.accessToken, body: { title: 'A tour', members: [{ memberId: by.memberId }, { memberId: to.memberId }] }
  })
  return data
}

interface Told { number: number, name: string, data: Record<string, unknown> }
/** The client that the server's own plug-in brings; Node 20 has none. */
interface Socket { on (event: 'message', listener: (data: Buffer) => void): this, send (text: string): void, terminate (): void }
const { WebSocket } = createRequire(createRequire(import.meta.url).resolve('@fastify/websocket'))('ws') as { WebSocket: new (url: string) => Socket }

/** Hears a channel on a server from a number on. */
async function listen (t: Test, { address }: Server, { accessToken }: Member, channel: string, since = 0): Promise<{ heard: Told[] }> {
  const heard: Told[] = []
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`)
  t.teardown(() => { socket.terminate() })
  const subscribed = new Promise<void>((resolve, reject) => {
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString()) as { type: string, message?: string, event: Told }
      if (message.type === 'event') heard.push(message.event)
      if (message.type === 'subscribed') resolve()
      if (message.type === 'error') reject(new Error(message.message))
    })
  })
  await once(socket as unknown as NodeJS.EventEmitter, 'open')
  socket.send(JSON.stringify({ type: 'auth', token: accessToken }))
  socket.send(JSON.stringify({ type: 'subscribe', channel, since }))
  await subscribed
  return { heard }
}
