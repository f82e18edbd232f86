import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { buildApp } from '../api/app.js'
import { loggedIn, type Login } from './login.js'
import { fact, NOW, testEngine } from './world.js'

/** Every route × {own, other tenant, anonymous}, from the table of routes itself: a route without a row fails. */

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
await app.ready()
engine.importJobs.start()

const MARK = 'xylophone'
const API = '/api/v1'
const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
const eve = await loggedIn(app, engine, { name: 'Eve Moss' })
const answers = [`I teach ${MARK} in Leeds. I love ${MARK} music.`, `I would love to work with ${MARK} makers.`]
await ask('POST', `${API}/onboarding`, ada, { name: 'Ada Lind', answers })
const bo = await loggedIn(app, engine, { name: 'Bo Moss', tenantId: ada.actor.tenantId })
const made = async (url: string, body: object) => String((await ask('POST', `${API}${url}`, ada, body)).json().data.id)
const deal = await made('/partnerships', { title: `The ${MARK} tour`, members: [{ memberId: ada.actor.memberId }, { memberId: bo.actor.memberId }], currency: 'EUR' })
const milestone = await made(`/partnerships/${deal}/milestones`, { title: `First ${MARK}` })
const room = await made('/collaboration/workspaces', { partnershipId: deal })
await made(`/collaboration/workspaces/${room}/comments`, { text: `More ${MARK}!` })
await made(`/collaboration/workspaces/${room}/assets`, { name: `The ${MARK} poster`, type: 'image' })
const role = await made(`/organizations/${ada.actor.tenantId}/roles`, { name: `${MARK} buyers`, permissions: ['partnership:read'] })
const flag = 'new-matches'
await ask('PUT', `${API}/flags/${flag}`, ada, { isEnabled: true, conditions: { memberIds: [ada.actor.memberId] } })
await engine.learn(ada.actor.tenantId, { facts: [fact('zed SEEKS harp'), fact('zed SEEKS lyre')] }, NOW)
const xylophones = await made('/graph/merges', { from: `topic:${MARK}-music`, into: `topic:${MARK}` })
const importId = await imported(`subject,predicate,object\n${MARK},like,tea\n${MARK},like,\n`)
const feedback = await made('/affinity/feedback', { targetId: bo.actor.memberId, type: 'saved', reason: MARK })

/** What Ada's tenant has, and an id of the same kind that nobody has. */
const IDS = {
  member: [ada.actor.memberId, 'member:nobody'],
  colleague: [bo.actor.memberId, 'member:nobody'],
  deal: [deal, randomUUID()],
  milestone: [milestone, randomUUID()],
  room: [room, randomUUID()],
  merge: [xylophones, 'm000000000000'],
  topic: ['topic:harp', 'topic:nothing'],
  feedback: [feedback, 'f0000000000000000'],
  import: [importId, 'i000000000000-triples'],
  organization: [ada.actor.tenantId, `nobody-${randomUUID().slice(0, 8)}`],
  flag: [flag, 'no-such-flag'],
  nothing: ['', '']
} as const

/** What is asked of a route about the object `id`: Ada's, or one that nobody has. `as`: a spare login where the route ends or changes one. */
interface Row { about?: keyof typeof IDS, url?: (id: string) => string, body?: (id: string) => object | string, as?: 'spare', key?: boolean }
const member = { about: 'member' } as const
const partnership = (rest = '', more: Row = {}): Row => ({ about: 'deal', url: (id) => `${API}/partnerships/${id}${rest}`, ...more })
const workspace = (rest = '', more: Row = {}): Row => ({ about: 'room', url: (id) => `${API}/collaboration/workspaces/${id}${rest}`, ...more })
const organization = (rest = '', more: Row = {}): Row => ({ about: 'organization', url: (id) => `${API}/organizations/${id}${rest}`, ...more })
const imports = (rest = ''): Row => ({ about: 'import', url: (id) => `${API}/imports/${id}${rest}` })
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
  'GET /api/v1/members/:id': { ...member, url: (id) => `${API}/members/${id}` },
  'POST /api/v1/affinity/discover': { ...member, body: (id) => ({ memberId: id, query: MARK }) },
  'POST /affinity/discover': { ...member, body: (id) => ({ memberId: id }) },
  'GET /api/v1/affinity/recommendations': { ...member, url: (id) => `${API}/affinity/recommendations?memberId=${id}` },
  'GET /recommendations': { ...member, url: (id) => `/recommendations?memberId=${id}` },
  'GET /api/v1/affinity/explain': { ...member, url: (id) => `${API}/affinity/explain?target=${id}` },
  'GET /api/v1/affinity/cultural-trends': {},
  'POST /api/v1/affinity/feedback': { about: 'colleague', body: (id) => ({ targetId: id, type: 'clicked' }) },
  'PUT /api/v1/affinity/feedback': { about: 'colleague', body: (id) => ({ targetId: id, type: 'clicked' }) },
  'DELETE /api/v1/affinity/feedback/:id': { about: 'feedback', url: (id) => `${API}/affinity/feedback/${id}` },
  'POST /api/v1/onboarding': { as: 'spare', body: () => ({ name: 'Someone', answers: ['I brew tea.', 'I look for cups.'] }) },
  'POST /api/v1/onboarding/preview': { body: () => ({ name: 'Someone', answers: ['I brew tea.', 'I look for cups.'] }) },
  'POST /api/v1/triples::extract': { body: () => ({ text: 'I brew tea.' }) },
  'GET /api/v1/graph/neighborhood/:id': { ...member, url: (id) => `${API}/graph/neighborhood/${id}` },
  'GET /api/v1/graph/schema': {},
  'GET /api/v1/graph/duplicates': {},
  'GET /api/v1/graph/merges': {},
  'POST /api/v1/graph/merges': { about: 'topic', body: (id) => ({ from: id, into: 'topic:lyre' }) },
  'DELETE /api/v1/graph/merges/:id': { about: 'merge', url: (id) => `${API}/graph/merges/${id}` },
  'POST /api/v1/graph/aliases': { ...member, body: (id) => ({ id, name: 'Adda' }) },
  'DELETE /api/v1/graph/aliases': { ...member, url: (id) => `${API}/graph/aliases?id=${id}&name=Adda` },
  'POST /api/v1/graph/apart': { ...member, body: (id) => ({ ids: [id, bo.actor.memberId] }) },
  'GET /api/v1/queries': {},
  'POST /api/v1/queries/:name': { url: () => `${API}/queries/neighborhood`, body: () => ({ params: { entityId: ada.actor.memberId } }) },
  'POST /api/v1/cypher': { body: () => ({ query: 'MATCH (n)-[r]-(x) RETURN n, r, x' }) },
  'POST /api/v1/imports': { body: () => 'subject,predicate,object\nann,like,tea\n' },
  'GET /api/v1/imports': {},
  'GET /api/v1/imports/:id': imports(),
  'GET /api/v1/imports/:id/errors': imports('/errors'),
  'POST /api/v1/imports/:id/cancel': imports('/cancel'),
  'DELETE /api/v1/imports/:id': imports(),
  'GET /api/v1/partnerships': {},
  'POST /api/v1/partnerships': { ...member, body: (id) => ({ title: 'x', members: [{ memberId: id }, { memberId: bo.actor.memberId }], currency: 'EUR' }) },
  'GET /api/v1/partnerships/:id': partnership(),
  'PATCH /api/v1/partnerships/:id': partnership('', { body: () => ({ title: 'Another' }) }),
  'PUT /api/v1/partnerships/:id/stage': partnership('/stage', { body: () => ({ stage: 'initial_contact' }) }),
  'GET /api/v1/partnerships/:id/history': partnership('/history'),
  'POST /api/v1/partnerships/:id/milestones': partnership('/milestones', { body: () => ({ title: 'x' }) }),
  'PATCH /api/v1/partnerships/:id/milestones/:mid':
    { about: 'milestone', url: (id) => `${API}/partnerships/${deal}/milestones/${id}`, body: () => ({ title: 'y' }) },
  'GET /api/v1/partnerships/:id/transactions': partnership('/transactions'),
  'POST /api/v1/partnerships/:id/transactions': partnership('/transactions', { key: true, body: () => ({ amountMinor: 1_000, currency: 'EUR', type: 'payment' }) }),
  'GET /api/v1/partnerships/:id/ledger': partnership('/ledger'),
  'GET /api/v1/collaboration/workspaces': {},
  'POST /api/v1/collaboration/workspaces': { about: 'deal', body: (id) => ({ partnershipId: id }) },
  'GET /api/v1/collaboration/workspaces/:id': workspace(),
  'POST /api/v1/collaboration/workspaces/:id/comments': workspace('/comments', { body: () => ({ text: 'x' }) }),
  'POST /api/v1/collaboration/workspaces/:id/assets': workspace('/assets', { body: () => ({ name: 'x', type: 'image' }) }),
  'GET /api/v1/analytics/dashboard': {},
  'GET /api/v1/analytics/partnerships': {},
  'GET /api/v1/analytics/performance': {},
  'GET /api/v1/organizations': {},
  'GET /api/v1/organizations/:id': organization(),
  'GET /api/v1/organizations/:id/members': organization('/members'),
  'PUT /api/v1/organizations/:id/members/:memberId/roles': organization(`/members/${bo.actor.memberId}/roles`,
    { body: () => ({ roles: ['basic_member'], grants: [{ roleId: role, scope: 'org', scopeId: ada.actor.tenantId }] }) }),
  'GET /api/v1/organizations/:id/roles': organization('/roles'),
  'POST /api/v1/organizations/:id/roles': organization('/roles', { body: () => ({ name: 'Readers', permissions: ['audit:read'] }) }),
  'GET /api/v1/organizations/:id/projects': organization('/projects'),
  'POST /api/v1/organizations/:id/projects': organization('/projects', { body: () => ({ name: 'Autumn' }) }),
  'GET /api/v1/flags/:name': { about: 'flag', url: (name) => `${API}/flags/${name}` },
  'PUT /api/v1/flags/:name': { url: () => `${API}/flags/tea`, body: () => ({ isEnabled: true }) },
  'GET /api/v1/audit': {}
}
const PUBLIC = [
  'POST /api/v1/auth/register', 'POST /api/v1/auth/login', 'POST /api/v1/auth/refresh', 'GET /health', 'GET /ready', 'GET /metrics', 'GET /openapi.json', 'GET /',
  'GET /ws', 'GET /graphql', 'POST /graphql' // ask themselves who is there: see below, and beside them
]

const table = app.routeTable.filter(({ method, url }) => method !== 'HEAD' && method !== 'OPTIONS' && !/^\/(?:docs|web)\//.test(`${url}/`))
const nameOf = ({ method, url }: { method: string, url: string }) => `${method} ${url}`

t.test('E-26 every route is known here, and what is public is meant to be', async (t) => {
  const named = [...Object.keys(ROWS), ...PUBLIC]
  t.strictSame(table.map(nameOf).filter((name) => !named.includes(name)), [], 'each route has a row')
  t.strictSame(named.filter((name) => !table.some((route) => nameOf(route) === name)), [], 'each row has a route')
  t.strictSame(table.filter(({ permission }) => permission === 'public').map(nameOf).sort(), PUBLIC.toSorted())
})

for (const { method, url } of table.filter(({ permission }) => permission !== 'public')) {
  const row = ROWS[`${method} ${url}`]
  if (row === undefined) continue
  const { about = 'nothing', as, key } = row
  const [hers, nobodys] = IDS[about]
  const send = (login: Login | null, id: string) =>
    ask(method, row.url?.(id) ?? url.replace('::', ':'), login, row.body?.(id), key ? { 'idempotency-key': randomUUID() } : {})
  const of = async (login: Login) => as === 'spare' ? await loggedIn(app, engine, { tenantId: login.actor.tenantId, name: 'Spare' }) : login

  t.test(`${method} ${url}`, async (t) => {
    const anonymous = await send(null, hers)
    t.equal(anonymous.statusCode, 401, anonymous.body.slice(0, 200))
    t.match(anonymous.json().error, { code: 'unauthenticated' })

    const stranger = await of(eve)
    const [there, missing] = [await send(stranger, hers), await send(stranger, nobodys)]
    if (about !== 'nothing') t.equal(plain(there, hers), plain(missing, nobodys), 'what is another\'s is as good as missing')
    if (about !== 'nothing') t.equal(there.statusCode, 404)
    t.notOk(there.body.includes(MARK), 'nothing of Ada is in the answer')

    const own = await send(await of(ada), hers)
    t.match(own.statusCode, /^20[012]$/, own.body.slice(0, 200))
    t.notOk(own.body.includes('Eve Moss'))
  })
}

t.test('GraphQL knows nothing of another tenant either', async (t) => {
  const query = (id: string) => ({ query: `{ member(id: "${id}") { id name } }` })
  const [there, missing] = [await ask('POST', '/graphql', eve, query(ada.actor.memberId)), await ask('POST', '/graphql', eve, query('member:nobody'))]
  const said = (body: string, id: string) => {
    const { data, errors } = JSON.parse(body.replaceAll(id, '<id>'))
    return { data, errors: errors?.map(({ message }: Error) => message) }
  }
  t.same(said(there.body, ada.actor.memberId), said(missing.body, 'member:nobody'))
  t.match((await ask('POST', '/graphql', ada, query(ada.actor.memberId))).json(), { data: { member: { id: ada.actor.memberId } } })
  t.notMatch((await ask('POST', '/graphql', null, query(ada.actor.memberId))).body, /Ada Lind/)
})

t.test('a name means the node of one\'s own tenant only', async (t) => {
  const found = await ask('POST', `${API}/affinity/discover`, eve, { query: `someone who teaches ${MARK}`, kinds: ['member', 'topic', 'place'] })
  t.strictSame(found.json().data.filter(({ kind, name }: { kind: string, name: string }) => kind !== 'member' || name === 'Ada Lind'), [])
  t.notOk(found.body.includes(MARK))
})

/** A file of Ada's that is in the graph. */
async function imported (file: string): Promise<string> {
  const { importId } = (await ask('POST', `${API}/imports`, ada, file)).json().data
  while ((await ask('GET', `${API}/imports/${importId}`, ada)).json().data.endedAt === null) await sleep(50)
  return importId
}

function ask (method: string, url: string, login: Login | null, payload?: object | string, given: object = {}) {
  const headers = { ...typeof payload === 'string' && { 'content-type': 'text/csv' }, ...given }
  return app.inject({ method: method as 'GET', url, headers: { ...login?.headers, ...headers }, ...payload && { payload }, remoteAddress: `2001:db8:0:${randomUUID().slice(0, 4)}::1` })
}

/** An answer without what differs from request to request. */
function plain ({ statusCode, body }: { statusCode: number, body: string }, id: string): string {
  const { meta, ...said } = JSON.parse(body)
  return `${statusCode} ${JSON.stringify(said).replaceAll(id, '<id>')}`
}
