import t from 'tap'
import { buildApp } from '../api/app.js'
import { loggedIn, type Login } from './login.js'
import { testEngine } from './world.js'

/** Every route × {own, other tenant, anonymous}, from the table of routes itself: a route without a row fails. */

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
await app.ready()

const MARK = 'xylophone'
const API = '/api/v1'
const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
const eve = await loggedIn(app, engine, { name: 'Eve Moss' })
const answers = [`I teach ${MARK} in Leeds. I love ${MARK} music.`, `I would love to work with ${MARK} makers.`]
const bodies = { answers: { name: 'Ada Lind', answers }, profile: { basicInfo: { name: 'Ada Lind', about: answers[0] } } }
await ask('POST', `${API}/onboarding`, ada, bodies.answers)
const { memberId } = ada.actor

/** What is asked of a route about the object `id`: Ada's, or one that nobody has. `own` says whom Ada's tenant sends. */
interface Row { url?: (id: string) => string, body?: (id: string) => object, as?: 'admin' | 'spare' }
const ROWS: Record<string, Row> = {
  'POST /api/v1/auth/logout': { as: 'spare' },
  'GET /api/v1/members/profile': {},
  'GET /api/v1/users/me': {},
  'PUT /api/v1/members/profile': { as: 'spare', body: () => ({ basicInfo: { name: 'Someone' } }) },
  'PATCH /api/v1/members/profile': { as: 'spare', body: () => ({ goals: { about: 'I look for tea.' } }) },
  'PATCH /api/v1/users/me': { as: 'spare', body: () => ({ goals: { about: 'I look for tea.' } }) },
  'DELETE /api/v1/users/me': { as: 'spare' },
  'GET /api/v1/members/privacy': {},
  'PUT /api/v1/members/privacy': { as: 'spare', body: () => ({ goals: 'private' }) },
  'GET /api/v1/members/export': {},
  'GET /api/v1/members/:id': { url: (id) => `${API}/members/${id}` },
  'POST /api/v1/affinity/discover': { body: (id) => ({ memberId: id, query: MARK }) },
  'POST /affinity/discover': { body: (id) => ({ memberId: id }) },
  'GET /api/v1/affinity/recommendations': { url: (id) => `${API}/affinity/recommendations?memberId=${id}` },
  'GET /recommendations': { url: (id) => `/recommendations?memberId=${id}` },
  'GET /api/v1/affinity/explain': { url: (id) => `${API}/affinity/explain?target=${id}` },
  'POST /api/v1/onboarding': { as: 'spare', body: () => ({ name: 'Someone', answers: ['I brew tea.', 'I look for cups.'] }) },
  'POST /api/v1/triples::extract': { body: () => ({ text: 'I brew tea.' }) },
  'GET /api/v1/graph/neighborhood/:id': { url: (id) => `${API}/graph/neighborhood/${id}` }
}
const PUBLIC = [
  'POST /api/v1/auth/register', 'POST /api/v1/auth/login', 'POST /api/v1/auth/refresh', 'GET /health', 'GET /ready', 'GET /metrics', 'GET /openapi.json'
]

const table = app.routeTable.filter(({ method, url }) => method !== 'HEAD' && method !== 'OPTIONS' && !url.startsWith('/docs'))
const nameOf = ({ method, url }: { method: string, url: string }) => `${method} ${url}`

t.test('every route is known here, and what is public is meant to be', async (t) => {
  const named = [...Object.keys(ROWS), ...PUBLIC]
  t.strictSame(table.map(nameOf).filter((name) => !named.includes(name)), [], 'each route has a row')
  t.strictSame(named.filter((name) => !table.some((route) => nameOf(route) === name)), [], 'each row has a route')
  t.strictSame(table.filter(({ permission }) => permission === 'public').map(nameOf).sort(), PUBLIC.toSorted())
})

for (const { method, url } of table.filter(({ permission }) => permission !== 'public')) {
  const row = ROWS[`${method} ${url}`]
  if (row === undefined) continue
  const send = (login: Login | null, id: string) => ask(method, row.url?.(id) ?? url.replace('::', ':'), login, row.body?.(id))
  const of = async (login: Login) => row.as === 'spare' ? await loggedIn(app, engine, { tenantId: login.actor.tenantId, name: 'Spare' }) : login

  t.test(`${method} ${url}`, async (t) => {
    const anonymous = await send(null, memberId)
    t.equal(anonymous.statusCode, 401)
    t.match(anonymous.json().error, { code: 'unauthenticated' })

    const stranger = await of(eve)
    const [there, missing] = [await send(stranger, memberId), await send(stranger, 'member:nobody')]
    if (row.url !== undefined || row.body?.(memberId) !== undefined) t.equal(plain(there, memberId), plain(missing, 'member:nobody'), 'what is another\'s is as good as missing')
    if (row.url !== undefined) t.equal(there.statusCode, 404)
    t.notOk(there.body.includes(MARK), 'nothing of Ada is in the answer')

    const own = await send(await of(ada), memberId)
    t.equal(own.statusCode, 200, own.body.slice(0, 200))
    t.notOk(own.body.includes('Eve Moss'))
  })
}

t.test('a name means the node of one\'s own tenant only', async (t) => {
  const found = await ask('POST', `${API}/affinity/discover`, eve, { query: `someone who teaches ${MARK}`, kinds: ['member', 'topic', 'place'] })
  t.strictSame(found.json().data.filter(({ kind, name }: { kind: string, name: string }) => kind !== 'member' || name === 'Ada Lind'), [])
  t.notOk(found.body.includes(MARK))
})

function ask (method: string, url: string, login: Login | null, payload?: object) {
  return app.inject({ method: method as 'GET', url, headers: login?.headers, ...payload === undefined ? {} : { payload }, remoteAddress: '192.0.2.1' })
}

/** An answer without what differs from request to request. */
function plain ({ statusCode, body }: { statusCode: number, body: string }, id: string): string {
  const { meta, ...said } = JSON.parse(body)
  return `${statusCode} ${JSON.stringify(said).replaceAll(id, '<id>')}`
}
