import Fastify from 'fastify'
import t from 'tap'
import type { EngineEvent } from '../models/events.js'
import { loggedIn, type Login } from '../test/login.js'
import { testEngine } from '../test/world.js'
import { buildApp, type App } from './app.js'
import { live } from './live.js'
import { auth } from './plugins/auth.js'

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
await app.ready()
const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
const bo = await loggedIn(app, engine, { name: 'Bo Berg', tenantId: ada.actor.tenantId })
const eve = await loggedIn(app, engine, { name: 'Eve Moss' })
const tokenOf = ({ headers }: Login) => headers.authorization.slice('Bearer '.length)
const mine = `affinity:${ada.actor.memberId}`

interface Message { type: string, code?: string, channel?: string, number?: number, event?: { number: number, name: string, data: object } }

/** A client with an inbox; what is waited for is taken out of it. */
async function connect (t: { teardown: (end: () => void) => void }, protocols?: string, where: Pick<App, 'injectWS'> = app) {
  const inbox: Message[] = []
  let look = () => {}
  const hear = (data: Buffer) => {
    inbox.push(JSON.parse(data.toString()))
    look()
  }
  const socket = await where.injectWS('/ws', protocols === undefined ? {} : { headers: { 'sec-websocket-protocol': protocols } },
    { onInit: (one: { on: (event: 'message', listener: typeof hear) => void }) => { one.on('message', hear) } })
  t.teardown(() => { socket.terminate() })
  const closed = new Promise<{ code: number }>((resolve) => { socket.on('close', (code: number) => { resolve({ code }) }) })
  const next = (type: string, channel?: string) => new Promise<Message>((resolve) => {
    look = () => {
      const at = inbox.findIndex((message) => message.type === type && (channel === undefined || message.channel === channel))
      if (at === -1) return
      look = () => {} // what comes before anyone waits again stays
      resolve(inbox.splice(at, 1)[0]!)
    }
    look()
  })
  const say = (message: object | string) => { socket.send(typeof message === 'string' ? message : JSON.stringify(message)) }
  return { socket, inbox, closed, next, say, ask: (message: object, type: string) => { say(message); return next(type) } }
}

async function connected (t: { teardown: (end: () => void) => void }, login: Login) {
  const client = await connect(t)
  await client.ask({ type: 'auth', token: tokenOf(login) }, 'welcome')
  return client
}

const calculated = (memberId: string): EngineEvent => ({ name: 'AffinityCalculated', data: { memberId, matches: [] } })
const tell = (login = ada) => engine.events.emit(login.actor.tenantId, calculated(login.actor.memberId), [`affinity:${login.actor.memberId}`])

t.test('A-20 who one is comes first: as a message or as a protocol', async (t) => {
  const first = await connect(t)
  t.match(await first.ask({ type: 'auth', token: tokenOf(ada) }, 'welcome'), { memberId: ada.actor.memberId })
  const second = await connect(t, `teraffi, ${tokenOf(ada)}`)
  t.match(await second.next('welcome'), { memberId: ada.actor.memberId })
  for (const wrong of [{ type: 'subscribe', channel: mine }, { type: 'auth', token: 'nonsense' }, { type: 'auth' }]) {
    const client = await connect(t)
    t.match(await client.ask(wrong, 'error'), { code: 'unauthenticated' })
    t.match(await client.closed, { code: 1008 })
  }
  t.match(await first.ask({ type: 'auth', token: tokenOf(eve) }, 'error'), { code: 'permission_denied' }, 'a socket does not change hands')
})

t.test('A-20 each channel is for those who may hear it', async (t) => {
  const { id } = await engine.deals.create(ada.actor, { title: 'Tea', members: [{ memberId: ada.actor.memberId }, { memberId: bo.actor.memberId }] })
  const [client, other, stranger] = await Promise.all([connected(t, ada), connected(t, bo), connected(t, eve)])
  for (const channel of [mine, `member:${ada.actor.memberId}`, `partnership:${id}`, 'trends']) {
    t.match(await client.ask({ type: 'subscribe', channel }, 'subscribed'), { channel })
  }
  t.match(await other.ask({ type: 'subscribe', channel: `partnership:${id}` }, 'subscribed'), {})
  const REFUSED: [typeof client, string, string][] = [
    [other, mine, 'permission_denied'], [stranger, mine, 'not_found'], [stranger, `partnership:${id}`, 'not_found'], [client, 'workspace:w1', 'not_found'],
    [client, 'everything', 'invalid_argument'], [client, 'trends:x', 'invalid_argument'], [client, 'affinity:', 'invalid_argument']
  ]
  for (const [who, channel, code] of REFUSED) t.match(await who.ask({ type: 'subscribe', channel }, 'error'), { code, channel }, channel)
  for (const nonsense of ['not json', '[]', '{"type":"dance"}', '{"type":"subscribe","channel":7}']) {
    client.say(nonsense)
    t.match(await client.next('error'), { code: 'invalid_argument' }, nonsense)
  }

  await engine.deals.move(bo.actor, id, { stage: 'initial_contact' })
  for (const who of [client, other]) {
    let heard = await who.next('event', `partnership:${id}`)
    if (heard.event?.name === 'PartnershipCreated') heard = await who.next('event', `partnership:${id}`) // an outbox may take its time
    t.match(heard, { event: { name: 'PartnershipStageChanged', data: { newStage: 'initial_contact' } } })
  }
  t.notOk(stranger.inbox.some(({ type }) => type === 'event'))
})

t.test('A-20 from now on, or from a number; each event once and in order', async (t) => {
  const client = await connected(t, ada)
  const { number: start = -1 } = await client.ask({ type: 'subscribe', channel: mine }, 'subscribed')
  for (let i = 0; i < 3; i++) await tell()
  const heard = [await client.next('event'), await client.next('event'), await client.next('event')].map(({ event }) => event!.number)
  t.strictSame(heard, [1, 2, 3].map((i) => start + i))
  await client.ask({ type: 'unsubscribe', channel: mine }, 'unsubscribed')
  await tell()

  const again = await connected(t, ada)
  t.match(await again.ask({ type: 'subscribe', channel: mine, since: heard[0] }, 'subscribed'), { number: heard[0] })
  await tell()
  const resumed: number[] = []
  while (resumed.length < 4) resumed.push((await again.next('event')).event!.number)
  t.strictSame(resumed, [2, 3, 4, 5].map((i) => start + i))
  t.match(await again.ask({ type: 'subscribe', channel: mine, since: 10_000 }, 'error'), { code: 'failed_precondition' })
  t.notOk(client.inbox.some(({ type }) => type === 'event'), 'who unsubscribed hears no more')
})

t.test('A-20 a workspace is heard by the parties of its partnership, live and from a number', async (t) => {
  const { tenantId } = ada.actor
  const cy = await loggedIn(app, engine, { name: 'Cy Moss', tenantId })
  const { id: partnershipId } = await engine.deals.create(bo.actor, { title: 'Tea', members: [{ memberId: bo.actor.memberId }, { memberId: ada.actor.memberId }] })
  const { id } = await engine.workspaces.open(bo.actor, { partnershipId })
  const channel = `workspace:${id}`
  const [client, other, stranger] = await Promise.all([connected(t, bo), connected(t, cy), connected(t, eve)])
  t.match(await other.ask({ type: 'subscribe', channel }, 'error'), { code: 'permission_denied', channel })
  t.match(await stranger.ask({ type: 'subscribe', channel }, 'error'), { code: 'not_found', channel })
  const { number: start = -1 } = await client.ask({ type: 'subscribe', channel }, 'subscribed')

  const url = `/api/v1/collaboration/workspaces/${id}`
  await app.inject({ method: 'POST', url: `${url}/comments`, headers: ada.headers, payload: { text: 'Blue.' } })
  await app.inject({ method: 'POST', url: `${url}/assets`, headers: ada.headers, payload: { name: 'Poster', type: 'image' } })
  const comment = { name: 'CommentAdded', data: { workspaceId: id, comment: { text: 'Blue.', authorId: ada.actor.memberId } } }
  t.match(await client.next('event'), { channel, event: comment })
  t.match(await client.next('event'), { channel, event: { name: 'AssetUploaded', data: { workspaceId: id, asset: { name: 'Poster', version: 1 } } } })

  const again = await connected(t, ada)
  await again.ask({ type: 'subscribe', channel, since: start }, 'subscribed')
  t.match(await again.next('event'), { event: comment })
  for (const { inbox } of [other, stranger]) t.notOk(inbox.some(({ type }) => type === 'event'))
})

t.test('who logs out hears no more', async (t) => {
  const login = await loggedIn(app, engine, { name: 'Cy', tenantId: ada.actor.tenantId })
  const client = await connected(t, login)
  await client.ask({ type: 'subscribe', channel: `affinity:${login.actor.memberId}` }, 'subscribed')
  await app.inject({ method: 'POST', url: '/api/v1/auth/logout', headers: login.headers, payload: { refreshToken: login.refreshToken } })
  await tell(login)
  t.match(await client.next('error'), { code: 'unauthenticated' })
  t.match(await client.closed, { code: 1008 })
  t.notOk(client.inbox.some(({ type }) => type === 'event'))
})

t.test('bounds: too large a message, too many of them', async (t) => {
  const large = await connected(t, ada)
  large.say('x'.repeat(65 * 1024))
  t.match(await large.closed, { code: 1009 })
  const many = await connected(t, ada)
  for (let i = 0; i < 201; i++) many.say({ type: 'unsubscribe', channel: mine })
  t.match(await many.closed, { code: 1008 })
})

t.test('who says nothing, or answers no ping, is let go; who is there at the end is told to come back', async (t) => {
  const small = Fastify()
  await small.register(auth, { engine })
  await small.register(live, { engine, authMs: 100, pingMs: 300 })
  await small.ready()
  const silent = await connect(t, undefined, small)
  t.match(await silent.next('error'), { code: 'unauthenticated' })
  t.match(await silent.closed, { code: 1008 })

  const client = await connect(t, `teraffi, ${tokenOf(ada)}`, small)
  await client.next('welcome')
  await new Promise<void>((resolve) => { client.socket.once('ping', () => { resolve() }) })
  await small.close()
  t.match(await client.closed, { code: 1001 })
})
