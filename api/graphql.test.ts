import t from 'tap'
import { loggedIn, type Login } from '../test/login.js'
import { fact, testEngine } from '../test/world.js'
import { buildApp } from './app.js'

const engine = await testEngine(t)
const lines: string[] = []
const app = await buildApp(engine, { logTo: { write: (line) => { lines.push(line) } } })
t.teardown(() => app.close())
await app.ready()

const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
const bo = await loggedIn(app, engine, { name: 'Bo Berg', tenantId: ada.actor.tenantId })
const eve = await loggedIn(app, engine, { name: 'Eve Moss' })
const me = ada.actor.memberId
await engine.learn(ada.actor.tenantId, {
  facts: [
    'ada-lind CREATES content:tea-hour', 'ada-lind COVERS_TOPIC tea', 'bo-berg COVERS_TOPIC tea', 'ada-lind -COVERS_TOPIC tobacco', 'content:tea-hour ABOUT tea',
    'ada-lind HAS_AFFINITY_WITH trend:mending', 'brand:kettle COVERS_TOPIC tea'
  ].map((text) => fact(text))
})

interface Name { name: string }
interface Listed extends Name { inputFields: Name[] | null, fields: Name[] | null }
interface Failure { message: string, path?: unknown, extensions: { code: string } }
const post = (query: string, login: Login | null = ada, variables = {}) =>
  app.inject({ method: 'POST', url: '/graphql', headers: login?.headers, payload: { query, variables } })
const ask = async (query: string, login?: Login | null, variables = {}): Promise<{ data: Record<string, never> | null, errors?: Failure[] }> =>
  (await post(query, login, variables)).json()

t.test('A-16 the graph as types, of one tenant only', async (t) => {
  t.match(await ask(`{ member(id: "${me}") { name creates { name about { name } } covers { name } trends { name momentum_score } } me { id } }`), {
    data: { member: { name: 'Ada Lind', creates: [{ name: 'tea-hour', about: [{ name: 'tea' }] }], covers: [{ name: 'tea' }], trends: [{ name: 'mending' }] }, me: { id: me } }
  })
  t.match(await ask('{ members(sort: [{ name: ASC }]) { id } membersConnection { totalCount } topics { name members { name } } }'), {
    data: { members: [{ id: me }, { id: bo.actor.memberId }], membersConnection: { totalCount: 2 } }
  })
  t.match(await ask(`{ member(id: "${me}") { name } members { name } topics { name } me { name } }`, eve), { data: { member: null, members: [{ name: 'Eve Moss' }], topics: [], me: { name: 'Eve Moss' } } })
  const { data } = await ask('{ members(where: { name: { eq: "Ada Lind" } }) { id } trends { id } brands { id topics { id } } contents { id creators { id } } }')
  t.match(data, { members: [{ id: me }], brands: [{ id: 'brand:kettle', topics: [{ id: 'topic:tea' }] }], contents: [{ creators: [{ id: me }] }] })
})

t.test('what is hidden is in no field, filter or order', async (t) => {
  for (const query of ['{ members { tenantId } }', '{ members(where: { tenantId: { eq: "x" } }) { id } }', '{ members(where: { NOT: { tenantId: { eq: "x" } } }) { id } }',
    '{ members(sort: [{ tenantId: ASC }]) { id } }', '{ membersConnection { aggregate { node { tenantId { shortest } } } } }']) {
    t.match((await ask(query)).errors, [{ extensions: { code: 'INVALID_ARGUMENT' } }], query)
  }
  const { data } = await ask('{ __schema { mutationType { fields { name } } types { name inputFields { name } fields { name } } } }')
  const { mutationType, types } = (data as unknown as { __schema: { mutationType: { fields: Name[] }, types: Listed[] } }).__schema
  t.strictSame(mutationType.fields.map(({ name }) => name).sort(), ['createPartnership', 'submitCreativeAsset', 'updatePartnershipStage'], 'no mutation but ours')
  t.strictSame(types.filter(({ fields, inputFields }) => [...fields ?? [], ...inputFields ?? []].some(({ name }) => /tenant|email|password/i.test(name))).map(({ name }) => name), [])
})

t.test('A-16 recommendations and the market are those of REST', async (t) => {
  const match = '{ id score rank components { term value } reasons { term value text facts { sentence } } }'
  const ours = await ask(`{ affinityRecommendations(memberId: "${me}", limit: 5) ${match} recommendations(kind: "brand") { id } }`)
  const theirs = (await app.inject({ url: '/recommendations?limit=5', headers: ada.headers })).json()
  const data = ours.data as unknown as { affinityRecommendations: { id: string, score: number }[], recommendations: object[] }
  t.ok(data.affinityRecommendations.length > 0)
  t.match(theirs.data, data.affinityRecommendations.map(({ id, score }) => ({ id, score })))
  t.match(data.recommendations, [{ id: 'brand:kettle' }])
  t.match(await ask(`{ affinityRecommendations(memberId: "${me}") { id } }`, bo), { data: null, errors: [{ path: ['affinityRecommendations'], extensions: { code: 'PERMISSION_DENIED' } }] })
  t.match(await ask(`{ affinityRecommendations(memberId: "${me}") { id } }`, eve), { errors: [{ extensions: { code: 'NOT_FOUND' } }] })
  t.match(await ask(`{ affinityRecommendations(memberId: "${me}", limit: 101) { id } }`), { errors: [{ message: /limit must be <= 100/, extensions: { code: 'INVALID_ARGUMENT' } }] })
  t.match(await ask('{ marketIntelligence { members brands topics { id entities } trends { id status } } }'), {
    data: { marketIntelligence: { members: 2, brands: 1, topics: [{ id: 'topic:tea', entities: 3 }], trends: [{ id: 'trend:mending', status: 'steady' }] } }
  })
})

const create = 'mutation ($input: PartnershipInput!) { createPartnership(input: $input) { id stage moves members { memberId role } totalValueMinor } }'
const input = { title: 'Tea hour', members: [{ memberId: me }, { memberId: bo.actor.memberId }], totalValueMinor: 5_000_000_000, currency: 'EUR' }

t.test('A-17 a partnership is made and moved as over REST', async (t) => {
  const { data } = await ask(create, ada, { input }) as unknown as { data: { createPartnership: { id: string } } }
  t.match(data.createPartnership, { stage: 'discovery', totalValueMinor: 5_000_000_000 })
  const { id } = data.createPartnership
  const move = (stage: string, login?: Login) => ask(`mutation { updatePartnershipStage(id: "${id}", stage: ${stage}) { stage version } }`, login)
  t.match(await move('initial_contact', bo), { data: { updatePartnershipStage: { stage: 'initial_contact', version: 2 } } })
  t.match(await move('completion'), { errors: [{ extensions: { code: 'FAILED_PRECONDITION' } }] })
  t.match(await move('negotiation', eve), { errors: [{ extensions: { code: 'NOT_FOUND' } }] })
  t.match(await move('nonsense'), { errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] })
  t.match(await ask('{ partnerships(filter: { stage: initial_contact }) { id stage } }'), { data: { partnerships: [{ id }] } })
  t.match(await ask('{ partnerships { id } }', eve), { data: { partnerships: [] } })
  t.match((await app.inject({ url: `/api/v1/partnerships/${id}`, headers: ada.headers })).json().data, { stage: 'initial_contact' })
  t.match(await ask(create, ada, { input: { ...input, title: '' } }), { errors: [{ extensions: { code: 'INVALID_ARGUMENT', details: [{ path: 'title' }] } }] })
  t.match(await ask('mutation { submitCreativeAsset(workspaceId: "w", asset: { name: "a", type: "image" }) { id } }'), { errors: [{ message: /no workspaces yet/, extensions: { code: 'FAILED_PRECONDITION' } }] })
})

t.test('refusals are short, in our codes, and tell nothing', async (t) => {
  const anonymous = await post('{ me { id } }', null)
  t.equal(anonymous.statusCode, 401)
  t.match(anonymous.json(), { data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  t.match(await ask('{ nothing }'), { errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] })
  t.match(await ask('{'), { errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] })
  t.match((await app.inject({ method: 'POST', url: '/graphql', headers: ada.headers, payload: {} })).json(), { errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] })
  const get = await app.inject({ url: `/graphql?query=${encodeURIComponent('mutation { updatePartnershipStage(id: "x", stage: completion) { id } }')}`, headers: ada.headers })
  t.not(get.statusCode, 200, 'a GET changes nothing')

  const { recommendations } = engine
  engine.recommendations = () => { throw new Error('the secret of the house') }
  const broken = await post('{ recommendations { id } }')
  engine.recommendations = recommendations
  t.match(broken.json(), { errors: [{ message: /our mistake/, extensions: { code: 'INTERNAL' } }] })
  t.notMatch(broken.body, /secret|stack|node_modules/)
  t.ok(lines.some((line) => line.includes('the secret of the house')), 'it is logged')
})

t.test('what asks for too much is refused before anything runs', async (t) => {
  const nested = (depth: number) => '{ members { ' + 'creates { creators { '.repeat(depth) + 'id' + ' } }'.repeat(depth) + ' } }'
  const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, i) => `a${i}: recommendations { id }`).join(' ')} }`
  t.equal((await ask(aliases(5))).errors, undefined)
  const tooMuch: [string, string][] = [
    ['depth', nested(6)], ['cost of lists in lists', nested(2)], ['aliases', aliases(100)], ['very many aliases', aliases(1000)],
    ['a limit', '{ members(limit: 100) { creates { about { id } } } }'],
    ['a cycle of fragments', '{ me { ...a } } fragment a on Member { creates { ...b } } fragment b on Content { creators { ...a } }'],
    ['many tokens', `{ me { ${'id '.repeat(3000)} } }`], ['deep nonsense', '{ a '.repeat(5000)]
  ]
  for (const [what, query] of tooMuch) {
    const started = performance.now()
    const answer = await post(query)
    t.ok([400, 413].includes(answer.statusCode), `${what}: ${answer.statusCode} ${answer.body.slice(0, 150)}`)
    t.match(answer.json().errors?.[0].extensions.code, 'INVALID_ARGUMENT', what)
    t.ok(performance.now() - started < 1_000, what)
  }
  t.ok(((await ask('{ __schema { types { name fields { name type { name ofType { name ofType { name ofType { name } } } } } } } }')).data), 'tools may ask what there is')
})

t.test('A-18 subscriptions over graphql-transport-ws', async (t) => {
  const { id } = ((await ask(create, ada, { input })).data as unknown as { createPartnership: { id: string } }).createPartnership
  const socket = await client(t, ada)
  socket.subscribe('1', `subscription { partnershipUpdates(partnershipId: "${id}") { event number partnership { stage version } } }`)
  socket.subscribe('2', `subscription { newAffinityMatches(memberId: "${me}") { id score } }`)
  socket.subscribe('3', 'subscription { realTimeCollaboration(workspaceId: "w1") { event } }')
  socket.subscribe('4', `subscription { newAffinityMatches(memberId: "${eve.actor.memberId}") { id } }`)
  socket.subscribe('5', 'subscription { nothing }')
  t.match(await socket.next('3'), { type: 'error', payload: [{ message: /no workspace/ }] })
  t.match(await socket.next('4'), { type: 'error' })
  t.match(await socket.next('5'), { type: 'error' })
  // The protocol does not say when a subscription stands, so something is told until it is heard.
  const milestone = { name: 'MilestoneCompleted', data: { partnershipId: id, milestoneId: 'm' } } as const
  await socket.until('1', () => engine.events.emit(ada.actor.tenantId, milestone, [`partnership:${id}`]))
  await ask(`mutation { updatePartnershipStage(id: "${id}", stage: initial_contact) { id } }`)
  t.match(await socket.next('1', /StageChanged/), { type: 'next', payload: { data: { partnershipUpdates: { event: 'PartnershipStageChanged', partnership: { stage: 'initial_contact' } } } } })
  const { data } = await engine.recommendations(ada.actor.tenantId, { memberId: me })
  t.match(await socket.until('2', () => engine.recommendations(ada.actor.tenantId, { memberId: me, fresh: true })), { payload: { data: { newAffinityMatches: data.map(({ id, score }) => ({ id, score })) } } })

  const stranger = await client(t, eve)
  stranger.subscribe('1', `subscription { partnershipUpdates(partnershipId: "${id}") { event } }`)
  t.match(await stranger.next('1'), { type: 'error' })
  await t.rejects(client(t, null), /Forbidden/)
})

/** A client that speaks the protocol by hand. */
async function client (t: { teardown: (end: () => void) => void }, login: Login | null) {
  const socket = await app.injectWS('/graphql', { headers: { 'sec-websocket-protocol': 'graphql-transport-ws' } })
  t.teardown(() => { socket.terminate() })
  const inbox: { id?: string, type: string, payload?: unknown }[] = []
  let look = () => {}
  socket.on('message', (data: Buffer) => {
    inbox.push(JSON.parse(data.toString()))
    look()
  })
  const next = (wanted: (message: typeof inbox[number]) => boolean) => new Promise<typeof inbox[number]>((resolve) => {
    look = () => {
      const at = inbox.findIndex(wanted)
      if (at !== -1) resolve(inbox.splice(at, 1)[0]!)
    }
    look()
  })
  socket.send(JSON.stringify({ type: 'connection_init', payload: login === null ? {} : { authorization: login.headers.authorization } }))
  const first = await next(({ id }) => id === undefined)
  if (first.type !== 'connection_ack') throw new Error(JSON.stringify(first))
  const nextOf = (id: string, about = /./) => next((message) => message.id === id && about.test(JSON.stringify(message)))
  return {
    subscribe: (id: string, query: string) => { socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } })) },
    next: nextOf,
    until: async (id: string, act: () => Promise<unknown>) => {
      const hearing = nextOf(id)
      for (;;) {
        const heard = await Promise.race([hearing, act().then(() => new Promise<null>((resolve) => setTimeout(resolve, 20, null)))])
        if (heard !== null) return heard
      }
    }
  }
}
