import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import t from 'tap'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { EngineError, FAILURES, type FailureKind } from '../engine/errors.js'
import { Failure, Problem } from '../models/envelope.js'
import { loggedIn, PASSWORD } from '../test/login.js'
import { fact, NOW, testEngine } from '../test/world.js'
import { buildApp } from './app.js'
import { failed } from './problem.js'
import { listen } from './server.js'

type Document = { openapi: string, paths: Record<string, Record<string, Operation>> }
interface Operation {
  summary?: string
  parameters?: { name: string, in: string }[]
  responses: Record<string, { content?: Record<string, { schema: TSchema }> }>
}

const engine = await testEngine(t)
const lines: { level: string, message: string, timestamp: string, traceId: string | null, context: Record<string, unknown> }[] = []
const app = await buildApp(engine, { logTo: { write: (line) => { lines.push(JSON.parse(line)) } } })
app.get('/boom', { schema: { hide: true }, config: { permission: 'public' } }, () => { throw new Error('the secret of the house', { cause: 'a password' }) })
t.teardown(() => app.close())

const API = '/api/v1'
const onboarding = {
  name: 'Mia Tran',
  answers: ['I make videos about specialty coffee.', 'I would love to work with coffee brands.']
}
const other = { name: 'Bo Lind', answers: ['I review coffee gear. I love coffee.', 'I look for people who make videos about specialty coffee.'] }

// A tenant of our own, whose admin Mia is: what other tests tell the engine is not our world.
await app.ready()
const admin = await loggedIn(app, engine, { name: 'Mia Tran' })
const bo = await loggedIn(app, engine, { name: 'Bo Lind', tenantId: admin.actor.tenantId })

const send = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload: unknown, headers = {}) => app.inject({
  method,
  url,
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  headers: { 'content-type': 'application/json', ...admin.headers, ...headers }
})
const post = (url: string, payload: unknown, headers = {}) => send('POST', url, payload, headers)
const get = (url: string, headers = {}) => app.inject({ url, headers: { ...admin.headers, ...headers } })
const remove = (url: string) => app.inject({ method: 'DELETE', url, headers: admin.headers })

await post(`${API}/onboarding`, other, bo.headers)
const mia = (await post(`${API}/onboarding`, onboarding)).json().data
const fresh = () => ({ email: `${Math.random().toString(36).slice(2)}@example.org`, password: 'long enough', name: 'Cy', organization: 'Cy & Co' })
const spare = () => loggedIn(app, engine, { tenantId: admin.actor.tenantId, name: 'Spare' })
const partnership = { title: 'A tour', members: [{ memberId: admin.actor.memberId }, { memberId: bo.actor.memberId }], currency: 'EUR' }
const deal = (await post(`${API}/partnerships`, partnership)).json().data
const room = (await post(`${API}/collaboration/workspaces`, { partnershipId: deal.id })).json().data
const openapi = (await get('/openapi.json')).json() as Document

const organization = `${API}/organizations/${admin.actor.tenantId}`
const granted = async () => {
  const { id: roleId } = (await post(`${organization}/roles`, { name: 'Buyer', permissions: ['partnership:read'] })).json().data
  return { roleId, scope: 'org', scopeId: admin.actor.tenantId }
}

/** A file that waits: nobody runs it here. */
const upload = () => post(`${API}/imports`, `subject,predicate,object\nzed,like,harp ${Math.random()}\n`, { 'content-type': 'text/csv' })
const waiting = async () => `${API}/imports/${(await upload()).json().data.importId}`

await engine.learn(admin.actor.tenantId, { facts: [fact('zed SEEKS harp'), fact('zed SEEKS lyre')] }, NOW)

/** A good request of each route. */
const GOOD: [string, string, () => ReturnType<typeof get>][] = [
  ['post', `${API}/onboarding`, () => post(`${API}/onboarding`, onboarding)],
  ['post', `${API}/onboarding/preview`, () => post(`${API}/onboarding/preview`, onboarding)],
  ['post', `${API}/triples:extract`, () => post(`${API}/triples:extract`, { text: 'I never work with tobacco brands.', owner: 'Mia', mode: 'strict' })],
  ['post', `${API}/affinity/discover`, () => post(`${API}/affinity/discover`, { query: 'videos about coffee', limit: 3, explain: 'full' })],
  ['post', '/affinity/discover', () => post('/affinity/discover', { memberId: mia.memberId })],
  ['get', `${API}/affinity/recommendations`, () => get(`${API}/affinity/recommendations?memberId=${mia.memberId}&limit=2&fresh=true&kind=member`)],
  ['get', '/recommendations', () => get(`/recommendations?memberId=${mia.memberId}`)],
  ['get', `${API}/affinity/explain`, () => get(`${API}/affinity/explain?member=${mia.memberId}&target=member:bo-lind`)],
  ['get', `${API}/graph/neighborhood/{id}`, () => get(`${API}/graph/neighborhood/${encodeURIComponent(mia.memberId)}?limit=5`)],
  ['post', `${API}/auth/register`, () => post(`${API}/auth/register`, fresh())],
  ['post', `${API}/auth/login`, () => post(`${API}/auth/login`, { email: bo.email, password: PASSWORD })],
  ['post', `${API}/auth/refresh`, async () => post(`${API}/auth/refresh`, { refreshToken: (await spare()).refreshToken })],
  ['post', `${API}/auth/logout`, async () => app.inject({ method: 'POST', url: `${API}/auth/logout`, headers: (await spare()).headers })],
  ['get', `${API}/members/profile`, () => get(`${API}/members/profile`)],
  ['put', `${API}/members/profile`, async () => send('PUT', `${API}/members/profile`, { basicInfo: { name: 'Spare' }, goals: { about: 'I look for tea.' } }, (await spare()).headers)],
  ['patch', `${API}/members/profile`, async () => send('PATCH', `${API}/members/profile`, { preferences: { about: 'No tobacco.' } }, (await spare()).headers)],
  ['get', `${API}/users/me`, () => get(`${API}/users/me`)],
  ['patch', `${API}/users/me`, async () => send('PATCH', `${API}/users/me`, { businessInfo: { industry: 'tea' } }, (await spare()).headers)],
  ['delete', `${API}/users/me`, async () => app.inject({ method: 'DELETE', url: `${API}/users/me`, headers: (await spare()).headers })],
  ['get', `${API}/members/privacy`, () => get(`${API}/members/privacy`)],
  ['put', `${API}/members/privacy`, async () => send('PUT', `${API}/members/privacy`, { goals: 'private' }, (await spare()).headers)],
  ['get', `${API}/members/export`, () => get(`${API}/members/export`)],
  ['get', `${API}/members/{id}`, () => get(`${API}/members/${bo.actor.memberId}`)],
  ['post', `${API}/affinity/feedback`, () => post(`${API}/affinity/feedback`, { targetId: bo.actor.memberId, type: 'clicked' })],
  ['put', `${API}/affinity/feedback`, () => send('PUT', `${API}/affinity/feedback`, { targetId: bo.actor.memberId, type: 'saved' })],
  ['delete', `${API}/affinity/feedback/{id}`, async () => {
    const { id } = (await post(`${API}/affinity/feedback`, { targetId: bo.actor.memberId, type: 'contacted' })).json().data
    return app.inject({ method: 'DELETE', url: `${API}/affinity/feedback/${id}`, headers: admin.headers })
  }],
  ['get', `${API}/affinity/cultural-trends`, () => get(`${API}/affinity/cultural-trends`)],
  ['get', `${API}/partnerships`, () => get(`${API}/partnerships`)],
  ['post', `${API}/partnerships`, () => post(`${API}/partnerships`, partnership)],
  ['get', `${API}/partnerships/{id}`, () => get(`${API}/partnerships/${deal.id}`)],
  ['patch', `${API}/partnerships/{id}`, () => send('PATCH', `${API}/partnerships/${deal.id}`, { title: 'A longer tour' })],
  ['put', `${API}/partnerships/{id}/stage`, () => send('PUT', `${API}/partnerships/${deal.id}/stage`, { stage: 'initial_contact' })],
  ['get', `${API}/partnerships/{id}/history`, () => get(`${API}/partnerships/${deal.id}/history`)],
  ['post', `${API}/partnerships/{id}/milestones`, () => post(`${API}/partnerships/${deal.id}/milestones`, { title: 'A first evening' })],
  ['patch', `${API}/partnerships/{id}/milestones/{mid}`, async () => {
    const { id } = (await post(`${API}/partnerships/${deal.id}/milestones`, { title: 'A second evening' })).json().data
    return send('PATCH', `${API}/partnerships/${deal.id}/milestones/${id}`, { status: 'completed' })
  }],
  ['get', `${API}/partnerships/{id}/transactions`, () => get(`${API}/partnerships/${deal.id}/transactions`)],
  ['post', `${API}/partnerships/{id}/transactions`, () =>
    post(`${API}/partnerships/${deal.id}/transactions`, { amountMinor: 10_000, currency: 'EUR', type: 'payment' }, { 'idempotency-key': 'once' })],
  ['get', `${API}/partnerships/{id}/ledger`, () => get(`${API}/partnerships/${deal.id}/ledger`)],
  ['get', `${API}/analytics/dashboard`, () => get(`${API}/analytics/dashboard`)],
  ['get', `${API}/analytics/partnerships`, () => get(`${API}/analytics/partnerships`)],
  ['get', `${API}/analytics/performance`, () => get(`${API}/analytics/performance`)],
  ['get', `${API}/collaboration/workspaces`, () => get(`${API}/collaboration/workspaces`)],
  ['post', `${API}/collaboration/workspaces`, () => post(`${API}/collaboration/workspaces`, { partnershipId: deal.id })],
  ['get', `${API}/collaboration/workspaces/{id}`, () => get(`${API}/collaboration/workspaces/${room.id}`)],
  ['post', `${API}/collaboration/workspaces/{id}/comments`, () => post(`${API}/collaboration/workspaces/${room.id}/comments`, { text: 'A fine tour.' })],
  ['post', `${API}/collaboration/workspaces/{id}/assets`, () =>
    post(`${API}/collaboration/workspaces/${room.id}/assets`, { name: 'Poster', type: 'image', url: 'https://example.org/a.png' })],
  ['get', `${API}/organizations`, () => get(`${API}/organizations`)],
  ['get', `${API}/organizations/{id}`, () => get(organization)],
  ['get', `${API}/organizations/{id}/members`, () => get(`${organization}/members?limit=2`)],
  ['put', `${API}/organizations/{id}/members/{memberId}/roles`, async () =>
    send('PUT', `${organization}/members/${(await spare()).actor.memberId}/roles`, { roles: ['guest'], grants: [await granted()] })],
  ['get', `${API}/organizations/{id}/roles`, () => get(`${organization}/roles`)],
  ['post', `${API}/organizations/{id}/roles`, () => post(`${organization}/roles`, { name: 'Reader', permissions: ['audit:read'] })],
  ['get', `${API}/organizations/{id}/projects`, () => get(`${organization}/projects`)],
  ['post', `${API}/organizations/{id}/projects`, () => post(`${organization}/projects`, { name: 'Autumn' })],
  ['put', `${API}/flags/{name}`, () => send('PUT', `${API}/flags/tea.time`, { isEnabled: true, conditions: { percent: 50, tiers: ['enterprise'] } })],
  ['get', `${API}/flags/{name}`, () => get(`${API}/flags/tea.time`)],
  ['get', `${API}/audit`, () => get(`${API}/audit?limit=3`)],
  ['get', `${API}/graph/duplicates`, () => get(`${API}/graph/duplicates?limit=5`)],
  ['post', `${API}/graph/merges`, () => post(`${API}/graph/merges`, { from: 'topic:harp', into: 'topic:lyre', reason: 'Both have strings.' })],
  ['get', `${API}/graph/merges`, () => get(`${API}/graph/merges`)],
  ['delete', `${API}/graph/merges/{id}`, () => remove(`${API}/graph/merges/topic:harp`)],
  ['post', `${API}/graph/aliases`, () => post(`${API}/graph/aliases`, { id: 'topic:lyre', name: 'chelys' })],
  ['delete', `${API}/graph/aliases`, () => remove(`${API}/graph/aliases?id=topic:lyre&name=chelys`)],
  ['post', `${API}/graph/apart`, () => post(`${API}/graph/apart`, { ids: ['topic:harp', 'topic:lyre'] })],
  ['get', `${API}/graph/schema`, () => get(`${API}/graph/schema`)],
  ['get', `${API}/queries`, () => get(`${API}/queries`)],
  ['post', `${API}/queries/{name}`, () => post(`${API}/queries/neighborhood`, { params: { entityId: admin.actor.memberId } })],
  ['post', `${API}/cypher`, () => post(`${API}/cypher`, { query: 'MATCH (n)-[r]-(m) RETURN n, r, m', limit: 3 })],
  ['post', `${API}/imports`, upload],
  ['get', `${API}/imports`, () => get(`${API}/imports?limit=1`)],
  ['get', `${API}/imports/{id}`, async () => get(await waiting())],
  ['get', `${API}/imports/{id}/errors`, async () => get(`${await waiting()}/errors`)],
  ['post', `${API}/imports/{id}/cancel`, async () => app.inject({ method: 'POST', url: `${await waiting()}/cancel`, headers: admin.headers })],
  ['delete', `${API}/imports/{id}`, async () => remove(await waiting())],
  ['get', '/health', () => get('/health')],
  ['get', '/ready', () => get('/ready')]
]

t.test('B-04 every route answers in the envelope, as its documentation says', async (t) => {
  const documented = Object.entries(openapi.paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`))
  t.same(GOOD.map(([method, path]) => `${method} ${path}`).sort(), documented.sort(), 'each documented route is tried here')
  for (const [method, path, ask] of GOOD) {
    const answer = await ask()
    t.match(answer.statusCode, /^20[012]$/, `${method} ${path}: ${answer.body.slice(0, 300)}`)
    t.match(answer.headers['content-type'], /^application\/json/)
    t.same(Object.keys(answer.json()).sort(), ['data', 'meta'], path)
    t.equal(answer.json().meta.requestId, answer.headers['x-request-id'])
    const shape = Compile(openapi.paths[path]![method]!.responses[answer.statusCode]!.content!['application/json']!.schema)
    t.same(shape.Errors(answer.json()), [], `${path} has the shape that it documents`)
  }
})

t.test('the short paths answer the same as the long ones', async (t) => {
  const body = { memberId: mia.memberId, limit: 5, explain: 'full' }
  const data = async (answer: ReturnType<typeof get>) => JSON.stringify((await answer).json().data)
  t.equal(await data(post('/affinity/discover', body)), await data(post(`${API}/affinity/discover`, body)))
  t.equal(await data(get(`/recommendations?memberId=${mia.memberId}`)), await data(get(`${API}/affinity/recommendations?memberId=${mia.memberId}`)))
})

t.test('A-36 what is kept goes by its key of the sheet and the version of the graph, for as long as the sheet says', async (t) => {
  const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
  await post(`${API}/onboarding`, { name: 'Ada Lind', answers: ['I love jazz.', 'I look for jazz drummers.'] }, ada.headers)
  const kept: { key: string, ttlS: number }[] = []
  const { set } = engine.cache
  engine.cache.set = async (key, value, ttlS) => {
    kept.push({ key, ttlS })
    await set(key, value, ttlS)
  }
  t.teardown(() => { engine.cache.set = set })
  const list = async (more = '') => (await get(`${API}/affinity/recommendations?limit=3${more}`, ada.headers)).json().meta as { cached: boolean, graphVersion: number, recommId: string }

  const [first, second] = [await list(), await list()]
  t.match([first.cached, second.cached], [false, true])
  t.strictSame((await list('&fresh=true')).cached, false)
  const lists = kept.filter(({ key }) => !key.startsWith('session:'))
  t.ok(lists.length > 0)
  for (const { key, ttlS } of lists) {
    t.ok(key.startsWith(`affinity_recommendations:${ada.actor.tenantId}:${first.recommId}`), key)
    t.equal(ttlS, 3600)
  }
  await send('PATCH', `${API}/users/me`, { preferences: { about: 'I love tea.' } }, ada.headers)
  const after = await list()
  t.equal(after.cached, false, 'a write gives it another name')
  t.ok(after.graphVersion > first.graphVersion)
  t.not(after.recommId, first.recommId)
  t.equal(engine.config.refreshTokenTtlS, 604_800, 'so long a login lives')
  t.ok(kept.filter(({ key }) => key.startsWith('session:')).every(({ ttlS }) => ttlS <= 1), 'but who someone is, is asked anew each second')
})

t.test('two answers make a member who is found with reasons', async (t) => {
  t.ok(mia.triples.length > 0, 'something was understood')
  const { data: [first], meta } = (await post('/affinity/discover', { memberId: mia.memberId, kinds: ['member'], exclude: { partnered: false }, explain: 'full' })).json()
  t.equal(first.id, 'member:bo-lind')
  t.ok(first.reasons.length > 0)
  t.ok(Math.abs(first.score - first.reasons.reduce((sum: number, { value }: { value: number }) => sum + value, 0)) < 1e-9, 'the reasons sum to the score')
  t.ok(meta.graphVersion > 0)
})

/** Everything that may go wrong on the way in: what is sent, and what comes back. */
const BAD: [string, () => ReturnType<typeof get>, FailureKind, RegExp][] = [
  ['an unknown filter', () => post('/affinity/discover', { query: 'x', filters: { colour: ['red'] } }), 'invalid_argument', /known are industry, regions, ageBands/],
  ['an unknown property', () => post('/affinity/discover', { quary: 'x' }), 'invalid_argument', /quary is not known; known are memberId, query/],
  ['an unknown parameter', () => get('/recommendations?memberId=a&limt=5'), 'invalid_argument', /limt is not known; known are memberId, limit, kind/],
  ['a parameter given twice', () => get('/recommendations?memberId=a&memberId=b'), 'invalid_argument', /memberId must be a string/],
  ['text where a number is due', () => post('/affinity/discover', { query: 'x', limit: '5' }), 'invalid_argument', /limit must be an integer/],
  ['a limit out of bounds', () => get('/recommendations?memberId=a&limit=101'), 'invalid_argument', /limit must be <= 100/],
  ['an unknown kind', () => post('/affinity/discover', { query: 'x', kinds: ['planet'] }), 'invalid_argument', /one of member, brand/],
  ['a short password', () => post(`${API}/auth/register`, { ...fresh(), password: 'short' }), 'invalid_argument', /password/],
  ['one answer of two', () => post(`${API}/onboarding`, { name: 'x', answers: ['a'] }), 'invalid_argument', /answers/],
  ['no body', () => app.inject({ method: 'POST', url: '/affinity/discover', headers: admin.headers }), 'invalid_argument', /must be an object/],
  ['an empty body', () => post('/affinity/discover', ''), 'invalid_argument', /empty/],
  ['half a body', () => post('/affinity/discover', '{"query":'), 'invalid_argument', /not valid JSON/],
  ['a body that is no object', () => post('/affinity/discover', '[1]'), 'invalid_argument', /must be an object/],
  ['a prototype key', () => post('/affinity/discover', '{"__proto__":{"x":1},"query":"x"}'), 'invalid_argument', /not valid JSON/],
  ['a constructor key', () => post('/affinity/discover', '{"constructor":{"prototype":{"x":1}}}'), 'invalid_argument', /./],
  ['deep JSON', () => post('/affinity/discover', '['.repeat(100_000) + ']'.repeat(100_000)), 'invalid_argument', /must be an object/],
  ['deep JSON inside', () => post('/affinity/discover', `{"goals":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 'invalid_argument', /goals\.0 must be a string/],
  ['a huge array', () => post('/affinity/discover', { goals: Array(100_000).fill('x') }), 'invalid_argument', /goals/],
  ['a body over 1 MiB', () => post('/affinity/discover', { query: 'x'.repeat(2 ** 20) }), 'payload_too_large', /1 MiB/],
  ['plain text', () => post('/affinity/discover', 'x', { 'content-type': 'text/plain' }), 'invalid_argument', /application\/json/],
  ['another media type', () => post('/affinity/discover', '<x/>', { 'content-type': 'text/xml' }), 'invalid_argument', /application\/json/],
  ['a broken path', () => get('/%zz'), 'invalid_argument', /percent/],
  ['an endless id', () => get(`${API}/graph/neighborhood/${'x'.repeat(2_000)}`), 'invalid_argument', /too long/],
  ['a path that is not there', () => get('/api/v2/affinity?q=1'), 'not_found', /There is no GET \/api\/v2\/affinity;/],
  ['a method that is not there', () => get('/affinity/discover'), 'not_found', /There is no GET/],
  ['an unknown member', () => get('/recommendations?memberId=member:nobody'), 'not_found', /member:nobody/],
  ['an unknown entity', () => get(`${API}/graph/neighborhood/member:nobody`), 'not_found', /member:nobody/],
  ['a pair of which one is unknown', () => get(`${API}/affinity/explain?member=${mia.memberId}&target=brand:nothing`), 'not_found', /brand:nothing/]
]

t.test('B-04 B-18 what is wrong is said in the envelope, with the way out', async (t) => {
  for (const [what, ask, code, message] of BAD) {
    const answer = await ask()
    t.equal(answer.statusCode, FAILURES[code], `${what}: ${answer.body.slice(0, 200)}`)
    t.same(Compile(Failure).Errors(answer.json()), [], `${what}: in the envelope`)
    t.match(answer.json().error, { code, message }, what)
    t.equal(answer.json().meta.requestId, answer.headers['x-request-id'], what)
  }
  t.equal(({} as { x?: number }).x, undefined, 'no prototype was touched')
})

t.test('B-18 hostile text is text: kept and given back as it is, and nothing else happens', async (t) => {
  const hostile = [
    "'; DROP TABLE partnerships; --", '"}) DETACH DELETE (n) //', '{$ne: null}', "' OR 1=1 UNION SELECT * FROM audit_logs --",
    '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '{{7*7}}', '../../etc/passwd'
  ]
  const bystander = await loggedIn(app, engine, { tenantId: admin.actor.tenantId, name: 'Cy Roe' })
  const count = async () => (await get(`${API}/partnerships?limit=100`)).json().data.length
  const before = await count()
  for (const text of hostile) {
    const project = await post(`${organization}/projects`, { name: text })
    t.equal(project.json().data.name, text)
    t.match(project.headers, { 'content-type': /^application\/json/, 'x-content-type-options': 'nosniff' }, 'no browser takes it for a page')
    t.equal((await post(`${API}/partnerships`, { ...partnership, title: text })).json().data.title, text)
    const profile = await send('PUT', `${API}/members/profile`, { basicInfo: { name: 'Cy Roe', about: text } }, bystander.headers)
    t.equal(profile.json().data.basicInfo.about, text)
    for (const path of [`/members/${encodeURIComponent(text)}`, `/partnerships/${encodeURIComponent(text)}`, `/organizations/${encodeURIComponent(text)}`]) {
      t.equal((await get(API + path)).statusCode, 404, path)
    }
    t.same((await get(`${API}/audit?entityId=${encodeURIComponent(text)}`)).json().data, [], 'no filter lets more through')
    t.equal((await get(`${API}/flags/${encodeURIComponent(text)}`)).statusCode, 400)
  }
  t.equal(await count(), before + hostile.length)
  t.same((await get(`${organization}/projects`)).json().data.map(({ name }: { name: string }) => name).filter((name: string) => hostile.includes(name)).sort(), hostile.toSorted())
  t.equal((await get('/ready')).statusCode, 200)
})

t.test('who asks for problem+json gets RFC 9457', async (t) => {
  const answer = await post('/affinity/discover', { filters: { colour: [] } }, { accept: 'application/problem+json', 'x-request-id': 'req-7' })
  t.match(answer.headers['content-type'], 'application/problem+json')
  t.same(Compile(Problem).Errors(answer.json()), [])
  t.match(answer.json(), { title: 'Bad Request', status: 400, code: 'invalid_argument', instance: 'req-7', errors: [{ path: 'filters.colour' }] })
  t.match((await get('/nope', { accept: 'application/problem+json' })).json(), { status: 404, code: 'not_found' })
})

t.test('our own mistakes are logged once and tell nothing', async (t) => {
  lines.length = 0
  const answer = await get('/boom', { 'x-request-id': 'boom-1' })
  t.equal(answer.statusCode, 500)
  t.match(answer.json(), { error: { code: 'internal' }, meta: { requestId: 'boom-1' } })
  t.notMatch(answer.body, /secret|password|node_modules|api\.test/)
  const errors = lines.filter(({ level }) => level === 'error')
  t.match(errors, [{ traceId: 'boom-1', context: { error: { message: 'the secret of the house' } } }])
  t.equal(errors.length, 1)
})

t.test('each expected kind has its status, and hides no detail', async (t) => {
  for (const [code, status] of Object.entries(FAILURES)) {
    t.same(failed(new EngineError(code as FailureKind, 'why', [{ path: 'a', rule: 'b', message: 'c' }])),
      { status, code, message: 'why', details: [{ path: 'a', rule: 'b', message: 'c' }] })
  }
  for (const strange of [new TypeError('x'), 'text', null, undefined, 7, { statusCode: 599, message: 'x' }]) t.equal(failed(strange).status, 500)
})

t.test('B-11 log lines have exactly the five fields', async (t) => {
  lines.length = 0
  await get('/health', { 'x-request-id': 'h-1' })
  app.log.info('on its own')
  app.log.warn({ store: 'neo4j' }, 'with context')
  app.log.error({ error: { message: 'why' } }, 'went wrong')
  for (const line of lines) {
    t.same(Object.keys(line).sort(), ['context', 'level', 'message', 'timestamp', 'traceId'])
    t.equal(new Date(line.timestamp).toISOString(), line.timestamp)
  }
  t.match(lines, [
    { level: 'info', traceId: 'h-1', context: { method: 'GET', route: '/health', statusCode: 200 } },
    { level: 'info', traceId: null, message: 'on its own' },
    { level: 'warn', traceId: null, context: { store: 'neo4j' } },
    { level: 'error', traceId: null, message: 'went wrong', context: { error: { message: 'why' } } }
  ])
})

t.test('a request id from outside is kept only when it is well formed', async (t) => {
  t.equal((await get('/health', { 'x-request-id': 'trace.1:a_b-C' })).headers['x-request-id'], 'trace.1:a_b-C')
  for (const odd of ['', 'a b', 'x'.repeat(129), 'a"b', '{"a":1}']) {
    const { headers, body } = await get('/health', { 'x-request-id': odd })
    t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/)
    t.ok(body.includes(String(headers['x-request-id'])))
  }
})

t.test('the OpenAPI document is complete', async (t) => {
  t.equal(openapi.openapi, '3.1.0')
  t.ok(openapi.paths['/api/v1/triples:extract'], 'one colon')
  t.notMatch(JSON.stringify(openapi), /"nullable"|"\$id"|"\$ref"/, 'what 3.1 does not know, or what would have to be resolved')
  for (const [path, operations] of Object.entries(openapi.paths)) {
    for (const [method, { summary, responses, parameters = [] }] of Object.entries(operations)) {
      t.ok(summary, `${method} ${path} has a summary`)
      const [good, bad] = [Object.keys(responses).filter((status) => /^20[012]$/.test(status)), Object.keys(responses).filter((status) => !/^20[012]$/.test(status))]
      t.ok(good.length === 1 || path === `${API}/imports`, `${method} ${path} has one good answer, but for what may be taken in or known`)
      t.strictSame(bad.sort(), ['4XX', '5XX'], `${method} ${path} documents its answers`)
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const schemas = Object.values(content).map(({ schema }) => schema)
        t.ok(schemas.length > 0, `${method} ${path} ${status} has a schema`)
        for (const schema of schemas) t.doesNotThrow(() => Compile(schema))
      }
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      t.same(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name), inPath, `${path} describes its parameters`)
    }
  }
})

t.test('the documentation is a page that loads its own script', async (t) => {
  const page = await get('/docs/')
  t.match(page.headers['content-type'], /text\/html/)
  t.notMatch(page.headers['content-security-policy'], /upgrade-insecure/)
  for (const [, asset] of page.body.matchAll(/(?:src|href)="\.\/(static\/[^"]+)"/g)) t.equal((await get(`/docs/${asset}`)).statusCode, 200, String(asset))
})

t.test('B-06 headers keep browsers careful, and no other origin is let in but those of the settings', async (t) => {
  const friendly = await buildApp(engine, { corsOrigins: ['https://friend.example'] })
  t.teardown(() => friendly.close())
  const origin = async (from: string) => (await friendly.inject({ url: '/health', headers: { origin: from } })).headers['access-control-allow-origin']
  t.equal(await origin('https://friend.example'), 'https://friend.example')
  t.equal(await origin('https://elsewhere.example'), undefined)
  const { headers } = await get('/health', { origin: 'https://elsewhere.example' })
  t.match(headers, { 'x-content-type-options': 'nosniff', 'content-security-policy': /default-src 'self'/, 'x-frame-options': 'SAMEORIGIN', 'referrer-policy': 'no-referrer' })
  t.equal(headers['access-control-allow-origin'], undefined)
})

t.test('it listens where it is told, and says so where it cannot', async (t) => {
  const served = await buildApp(engine)
  t.teardown(() => served.close())
  const address = await listen(served, { ...engine.config, host: '127.0.0.1', port: 0 })
  t.match(await (await fetch(`${address}/health`)).json(), { data: { live: true } })

  const port = Number(new URL(address).port)
  const second = await buildApp(engine)
  t.teardown(() => second.close())
  await t.rejects(listen(second, { ...engine.config, host: '127.0.0.1', port }), { message: `Port ${port} is taken; set PORT to another one, or 0 for any that is free.` })

  t.match(await raw(port, 'NOT HTTP\r\n\r\n'), /^HTTP\/1\.1 400 .*"code":"invalid_argument"/s, 'what is not HTTP gets an envelope too')
  t.match(await raw(port, `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 .*"code":"invalid_argument"/s)
})

t.test('closing answers what has been asked', async (t) => {
  const served = await buildApp(engine)
  const address = await listen(served, { ...engine.config, host: '127.0.0.1', port: 0 })
  const status = new Promise<number | undefined>((resolve, reject) => {
    const asking = httpRequest(`${address}/affinity/discover`, { method: 'POST', headers: { 'content-type': 'application/json', ...admin.headers } }, (answer) => {
      answer.resume().once('end', () => { resolve(answer.statusCode) })
    }).once('error', reject)
    served.server.once('request', () => { served.close().catch(reject) })
    asking.end(JSON.stringify({ query: 'coffee' }))
  })
  t.equal(await status, 200)
  await t.rejects(fetch(`${address}/health`), 'and then no more')
})

/** Sends bytes as they are and returns what comes back. */
function raw (port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => { socket.write(bytes) })
    socket.setEncoding('utf8').on('data', (text) => { answer += String(text) }).once('close', () => { resolve(answer) }).once('error', reject)
  })
}
