import t from 'tap'
import { loadConfig } from '../engine/config.js'
import { openDeals } from '../engine/deals/db.js'
import { openStores } from '../engine/stores.js'
import { loggedIn, type Login } from '../test/login.js'
import { fact, testConfig, testEngine } from '../test/world.js'
import { buildApp } from './app.js'

const engine = await testEngine(t)
const lines: string[] = []
const app = await buildApp(engine, { logTo: { write: (line) => { lines.push(line) } } })
t.teardown(() => app.close())
await app.ready()

const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
const bo = await loggedIn(app, engine, { name: 'Bo Berg', tenantId: ada.actor.tenantId })
const cy = await loggedIn(app, engine, { name: 'Cy Moss', tenantId: ada.actor.tenantId })
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
    data: { members: [{ id: me }, { id: bo.actor.memberId }, { id: cy.actor.memberId }], membersConnection: { totalCount: 3 } }
  })
  t.match(await ask(`{ member(id: "${me}") { name } members { name } topics { name } me { profile { fullName } } }`, eve), {
    data: { member: null, members: [{ name: 'Eve Moss' }], topics: [], me: { profile: { fullName: 'Eve Moss' } } }
  })
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
  t.strictSame(mutationType.fields.map(({ name }) => name).sort(), [
    'connectPlatform', 'createPartnership', 'generateContent', 'publishContent', 'submitCreativeAsset', 'updatePartnershipStage'
  ], 'no mutation but ours')
  t.strictSame(types.filter(({ fields, inputFields }) => [...fields ?? [], ...inputFields ?? []].some(({ name }) => /tenant|email|password/i.test(name))).map(({ name }) => name), ['User'], 'one\'s own address is one\'s own')
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
    data: { marketIntelligence: { members: 3, brands: 1, topics: [{ id: 'topic:tea', entities: 3 }], trends: [{ id: 'trend:mending', status: 'steady' }] } }
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
})

const submit = 'mutation ($id: ID!, $asset: AssetInput!) { submitCreativeAsset(workspaceId: $id, asset: $asset) { id name type url version submittedBy at } }'
const asset = { name: 'Poster', type: 'image', url: 'https://example.org/poster.png' }

/** A workspace of Ada's and Bo's. */
async function workspace () {
  const { id: partnershipId } = ((await ask(create, ada, { input })).data as unknown as { createPartnership: { id: string } }).createPartnership
  return (await engine.workspaces.open(ada.actor, { partnershipId })).id
}

t.test('A-17 an asset is submitted as over REST', async (t) => {
  const id = await workspace()
  const { data } = await ask(submit, bo, { id, asset }) as unknown as { data: { submitCreativeAsset: object } }
  t.match(data.submitCreativeAsset, { ...asset, version: 1, submittedBy: bo.actor.memberId })
  t.match(await ask(submit, ada, { id, asset: { name: 'Poster', type: 'image' } }), { data: { submitCreativeAsset: { version: 2, url: null } } })
  const { assets } = (await app.inject({ url: `/api/v1/collaboration/workspaces/${id}`, headers: ada.headers })).json().data
  t.match(assets, [data.submitCreativeAsset, { version: 2 }])
  t.match(await ask(submit, ada, { id, asset: { ...asset, url: 'javascript:alert(1)' } }), { errors: [{ extensions: { code: 'INVALID_ARGUMENT', details: [{ path: 'url' }] } }] })
  t.match(await ask(submit, cy, { id, asset }), { data: null, errors: [{ extensions: { code: 'PERMISSION_DENIED' } }] })
  t.match(await ask(submit, eve, { id, asset }), { errors: [{ message: `There is no workspace "${id}".`, extensions: { code: 'NOT_FOUND' } }] })
})

t.test('D-15 the names of the brand manager are in the same schema', async (t) => {
  const { data } = await ask('{ __schema { types { name fields { name args { name } } } } }')
  const { types } = (data as unknown as { __schema: { types: { name: string, fields: { name: string, args: Name[] }[] | null }[] } }).__schema
  const fields = new Map(types.map(({ name, fields }) => [name, new Map(fields?.map((field) => [field.name, field.args.map(({ name }) => name)]))]))
  const NAMES: Record<string, Record<string, string[]>> = {
    User: { id: [], email: [], subscriptionTier: [], profile: [], brandStrategy: [] },
    UserProfile: { fullName: [], headline: [], bio: [], industry: [] },
    BrandStrategy: { valueProposition: [], targetAudience: [], contentPillars: [], goals: [] },
    Content: { id: [], title: [], type: [], genre: [] },
    Query: { me: [], content: ['id'], contents: ['filter', 'limit', 'offset'], analytics: ['period'], insights: ['period'], recommendations: ['limit', 'kind'] },
    Mutation: { generateContent: ['topic', 'type'], publishContent: ['id'], connectPlatform: ['platform'] },
    Subscription: { contentPublished: ['userId'], analyticsUpdated: ['userId'] }
  }
  for (const [type, wanted] of Object.entries(NAMES)) {
    for (const [field, args] of Object.entries(wanted)) t.strictSame(fields.get(type)?.get(field), args, `${type}.${field}`)
  }
})

t.test('D-15 me is who asks, with profile and brand strategy from what is known of them', async (t) => {
  const me = '{ me { id email subscriptionTier profile { fullName headline bio industry } brandStrategy { valueProposition targetAudience contentPillars goals } } }'
  const dee = await loggedIn(app, engine, { name: 'Dee Park', industry: 'food', tenantId: ada.actor.tenantId })
  t.same((await ask(me, dee)).data, {
    me: {
      id: dee.actor.memberId,
      email: dee.email,
      subscriptionTier: 'enterprise',
      profile: { fullName: 'Dee Park', headline: null, bio: null, industry: 'food' },
      brandStrategy: { valueProposition: null, targetAudience: [], contentPillars: [], goals: [] }
    }
  })
  await app.inject({ method: 'PATCH', url: '/api/v1/members/profile', headers: dee.headers, payload: { basicInfo: { about: 'I bake.' }, businessInfo: { about: 'A stall.' } } })
  const facts = ['CREATES content:bread-hour', 'COVERS_TOPIC sourdough', 'TARGETS_AUDIENCE demographic:students', 'REACHES demographic:parents', 'SEEKS millers', '-COVERS_TOPIC cake', '?COVERS_TOPIC pizza']
  await engine.learn(dee.actor.tenantId, { facts: facts.map((text) => fact(`dee-park ${text}`)) })
  await engine.learn(dee.actor.tenantId, { facts: [fact('dee-park COVERS_TOPIC rye', { validFrom: '2020-01-01', validTo: '2021-01-01' })] })
  t.match((await ask(me, dee)).data, {
    me: {
      profile: { headline: 'A stall.', bio: 'I bake.' },
      brandStrategy: {
        valueProposition: 'Creates bread-hour; covers sourdough; speaks to students; reaches parents.',
        targetAudience: ['students', 'parents'],
        contentPillars: ['sourdough', 'bread-hour'],
        goals: ['millers']
      }
    }
  })
  t.match((await ask(me)).data, { me: { id: ada.actor.memberId, brandStrategy: { goals: [] } } }, 'nothing of anyone else')
})

t.test('D-15 contents by type and genre, page by page', async (t) => {
  const login = await loggedIn(app, engine, { name: 'Gil Fay' })
  const made = (id: string, type: string, genre: string) => ({ id: `content:${id}`, label: 'Content' as const, name: id, properties: { type, genre } })
  const descriptions = [made('a', 'post', 'food'), made('b', 'article', 'food'), made('c', 'post', 'music')].map((one) => ({ ...one, profile: null, goals: null, content: null }))
  await engine.learn(login.actor.tenantId, { descriptions })
  const names = async (args: string, who = login) => ((await ask(`{ contents${args} { name } }`, who)).data as unknown as { contents: Name[] } | null)?.contents.map(({ name }) => name)
  t.strictSame(await names(''), ['a', 'b', 'c'])
  t.strictSame(await names('(filter: { type: "post" })'), ['a', 'c'])
  t.strictSame(await names('(filter: { type: "post", genre: "music" })'), ['c'])
  t.strictSame(await names('(limit: 1, offset: 1)'), ['b'])
  t.strictSame(await names('(filter: null, limit: null, offset: null)'), ['a', 'b', 'c'])
  t.strictSame(await names('', eve), [], 'another tenant has none of it')
  for (const args of ['(limit: 0)', '(limit: 101)', '(offset: -1)', '(offset: 10001)', '(filter: { type: "" })']) {
    t.match(await ask(`{ contents${args} { name } }`, login), { errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] }, args)
  }
})

t.test('D-15 analytics are those of REST; insights say what has grown, with both numbers', async (t) => {
  const hal = await loggedIn(app, engine, { name: 'Hal Orr' })
  const ivy = await loggedIn(app, engine, { name: 'Ivy Orr', tenantId: hal.actor.tenantId })
  const figures = '{ analytics(period: { from: "2026-01-01", to: "2030-12-31" }) { from to degraded figures { name value unit of source counts drill } } }'
  const theirs = async () => (await app.inject({ url: '/api/v1/analytics/dashboard?from=2026-01-01&to=2030-12-31', headers: hal.headers })).json()
  const insights = async (login = hal) => ((await ask('{ insights { kind name unit of value previous sampleSize previousSampleSize text } }', login)).data as unknown as { insights: object[] }).insights
  t.strictSame(await insights(), [], 'nothing comes of nothing')

  const members = [{ memberId: hal.actor.memberId }, { memberId: ivy.actor.memberId }]
  const deals = []
  for (const totalValueMinor of [1_000, 2_000, 3_000]) deals.push(await engine.deals.create(hal.actor, { title: 'Tea', members, totalValueMinor, currency: 'EUR' }))
  await engine.deals.change(hal.actor, deals[0]!.id, { status: 'declined' })
  const { analytics } = (await ask(figures, hal)).data as unknown as { analytics: { figures: { name: string, n?: number }[] } }
  const { data, meta } = await theirs()
  t.match(analytics, { from: meta.from, to: meta.to, degraded: [], figures: data.map(({ n, ...figure }: { n?: number }) => figure) })
  t.ok(data.length > 2)

  t.match(await insights(), [
    { kind: 'positive', name: 'partnerships', of: 'active', value: 2, previous: 0, sampleSize: 2, previousSampleSize: 0 },
    { kind: 'positive', name: 'open_value', unit: 'EUR', value: 5_000, previous: 0, sampleSize: 2, previousSampleSize: 0, text: /agreed value .*: 5000 from .* to .*, 0 from/ }
  ])
  // Two that began in the period before, and one today.
  const ago = (days: number) => new Date(Date.now() - days * 24 * 3600 * 1000).toISOString()
  await engine.deals.create(hal.actor, { title: 'Tea', members, totalValueMinor: 3_000, currency: 'EUR' })
  await backdated(deals[1]!.id, ago(40))
  await backdated(deals[2]!.id, ago(41))
  t.strictSame(await insights(), [], 'one after two is no growth')
  await engine.deals.create(hal.actor, { title: 'Tea', members, totalValueMinor: 3_001, currency: 'EUR' })
  t.match(await insights(), [{ name: 'open_value', value: 6_001, previous: 5_000, sampleSize: 2, previousSampleSize: 2 }], '3,000 + 3,001 is more than 1.2 × 5,000; two after two are not')
  t.strictSame(await insights(eve), [])
  t.match(await ask('{ insights(period: { from: "2026-12-01", to: "2026-11-01" }) { name } }'), { errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] })
  t.match(await ask('{ analytics(period: { from: "soon" }) { from } }'), { errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] })
})

/** A partnership that began earlier than it did. */
async function backdated (id: string, at: string): Promise<void> {
  const stores = await openStores(loadConfig(testConfig()))
  const { asOwner, close } = openDeals(stores.databaseUrl)
  await asOwner((sql) => sql('UPDATE partnerships SET created_at = $2 WHERE id = $1', [id, at]))
  await close()
  await stores.close()
}

t.test('D-15 what has no room behind it yet says so', async (t) => {
  for (const mutation of ['generateContent(topic: "tea") { id }', 'publishContent(id: "content:tea-hour") { id }', 'connectPlatform(platform: "medium") { platform }']) {
    t.match(await ask(`mutation { ${mutation} }`), { data: null, errors: [{ message: /is not built yet/, extensions: { code: 'FAILED_PRECONDITION' } }] }, mutation)
  }
  const socket = await client(t, ada)
  socket.subscribe('1', `subscription { contentPublished(userId: "${me}") { id } }`)
  t.match(await socket.next('1'), { type: 'error', payload: [{ message: /is not built yet/ }] })
})

t.test('D-15 analyticsUpdated tells the figures of a user when a deal of theirs happens', async (t) => {
  const socket = await client(t, bo)
  socket.subscribe('1', `subscription { analyticsUpdated(userId: "${bo.actor.memberId}") { figures { name of value source } } }`)
  socket.subscribe('2', `subscription { analyticsUpdated(userId: "${me}") { from } }`)
  t.match(await socket.next('2'), { type: 'error', payload: [{ extensions: { code: 'PERMISSION_DENIED' } }] })
  const stranger = await client(t, eve)
  stranger.subscribe('1', `subscription { analyticsUpdated(userId: "${me}") { from } }`)
  t.match(await stranger.next('1'), { type: 'error' })

  const heard = await socket.until('1', () => engine.deals.create(ada.actor, input))
  const { figures } = (heard.payload as { data: { analyticsUpdated: { figures: { name: string, of: string, value: number }[] } } }).data.analyticsUpdated
  const held = await engine.deals.list(bo.actor, { status: 'active', limit: 100 })
  const told = figures.find(({ name, of }) => name === 'partnerships' && of === 'active')!.value
  t.ok(told > 0 && told <= held.data.length, `${told} of ${held.data.length}`)
})

t.test('A-18 a comment is heard by a party, and by nobody else', async (t) => {
  const id = await workspace()
  const listen = `subscription { realTimeCollaboration(workspaceId: "${id}") { event number at data } }`
  const [socket, outsider, stranger] = await Promise.all([client(t, bo), client(t, cy), client(t, eve)])
  socket.subscribe('1', listen)
  for (const one of [outsider, stranger]) one.subscribe('1', listen)
  t.match(await outsider.next('1'), { type: 'error', payload: [{ extensions: { code: 'PERMISSION_DENIED' } }] })
  t.match(await stranger.next('1'), { type: 'error', payload: [{ message: `There is no workspace "${id}".`, extensions: { code: 'NOT_FOUND' } }] })
  const say = () => app.inject({ method: 'POST', url: `/api/v1/collaboration/workspaces/${id}/comments`, headers: ada.headers, payload: { text: 'Blue.' } })
  const heard = await socket.until('1', say) as { payload: { data: { realTimeCollaboration: { event: string, data: string } } } }
  const { event, data } = heard.payload.data.realTimeCollaboration
  t.equal(event, 'CommentAdded')
  t.match(JSON.parse(data), { workspaceId: id, comment: { text: 'Blue.', authorId: me } })
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
    ['a cycle of fragments', '{ member(id: "x") { ...a } } fragment a on Member { creates { ...b } } fragment b on Content { creators { ...a } }'],
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

  const greedy = await client(t, ada)
  for (let i = 1; i <= 55; i++) greedy.subscribe(`s${i}`, `subscription { newAffinityMatches(memberId: "${me}") { id } }`)
  t.match(await greedy.next('s51'), { type: 'error', payload: [{ message: /50 subscriptions at once/ }] })

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
      if (at === -1) return
      look = () => {} // what comes before anyone waits again stays
      resolve(inbox.splice(at, 1)[0]!)
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
