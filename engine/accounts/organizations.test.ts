import { randomUUID } from 'node:crypto'
import t from 'tap'
import { buildApp } from '../../api/app.js'
import { loggedIn, PASSWORD, type Login } from '../../test/login.js'
import { testEngine } from '../../test/world.js'
import { can, mayHandOn, operatorOf } from './can.js'

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
await app.ready()

const API = '/api/v1'
const ask = (login: Login, method: string, path: string, payload?: object) =>
  app.inject({ method: method as 'GET', url: API + path, headers: login.headers, ...payload && { payload } })

async function data<T = Record<string, unknown>> (login: Login, method: string, path: string, payload?: object): Promise<T> {
  const answer = await ask(login, method, path, payload)
  t.equal(answer.statusCode, 200, `${method} ${path}: ${answer.body.slice(0, 300)}`)
  return answer.json().data
}

/** What was granted a moment ago holds for a new login at once, for a running one within a second. */
async function again ({ email, ...login }: Login): Promise<Login> {
  const { actor, refreshToken } = await engine.accounts.login({ email, password: PASSWORD })
  return { ...login, email, actor, refreshToken, headers: { authorization: `Bearer ${app.signAccess(actor)}` } }
}

async function organization () {
  const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
  const { tenantId } = ada.actor
  const bo = await loggedIn(app, engine, { name: 'Bo Moss', tenantId })
  return { ada, bo, tenantId, path: `/organizations/${tenantId}` }
}
const rolesPath = ({ actor: { tenantId, memberId } }: Login) => `/organizations/${tenantId}/members/${memberId}/roles`
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

t.test('B-01 users, organisations and projects have the fields of the seed', async (t) => {
  const email = `${randomUUID()}@example.org`
  const registration = { email, password: PASSWORD, name: 'Mia Tran', organization: 'Loma' }
  const registered = (await app.inject({ method: 'POST', url: `${API}/auth/register`, payload: registration })).json().data
  const mia = { headers: { authorization: `Bearer ${registered.tokens.accessToken}` } } as Login
  const id = registered.member.tenantId

  const own = await data<object[]>(mia, 'GET', '/organizations')
  t.strictSame(own.map((one) => Object.keys(one).sort()), [['created_at', 'id', 'name', 'subscription_tier']])
  t.match(own, [{ id, name: 'Loma', subscription_tier: 'free', created_at: AT }])
  t.strictSame(await data(mia, 'GET', `/organizations/${id}`), own[0])

  const project = await data(mia, 'POST', `/organizations/${id}/projects`, { name: 'Autumn' })
  t.strictSame(Object.keys(project).sort(), ['created_at', 'id', 'name', 'org_id'])
  t.match(project, { id: UUID, org_id: id, name: 'Autumn', created_at: AT })
  t.strictSame(await data(mia, 'GET', `/organizations/${id}/projects`), [project])

  const members = await data<object[]>(mia, 'GET', `/organizations/${id}/members`)
  t.match(members, [{ id: UUID, memberId: 'member:mia-tran', email, name: 'Mia Tran', roles: ['admin'], grants: [], tier: 'free', createdAt: AT, updatedAt: AT }])
  t.notMatch(JSON.stringify(members), /argon2|passwordHash/)
  const twice = await app.inject({ method: 'POST', url: `${API}/auth/register`, payload: registration })
  t.equal(twice.statusCode, 409, 'an address is one user')
  await engine.accounts.grant(email, { tier: 'premium' })
  const [changed] = await data<{ createdAt: string, updatedAt: string }[]>(mia, 'GET', `/organizations/${id}/members`)
  t.ok(changed!.updatedAt > changed!.createdAt, 'and one sees when it was changed')
})

t.test('a role with a condition opens nothing that the condition cannot be asked of', async (t) => {
  const { ada, bo, path, tenantId } = await organization()
  const cy = await loggedIn(app, engine, { name: 'Cy Frey', tenantId })
  const members = [ada, cy].map(({ actor: { memberId } }) => ({ memberId }))
  const deal = await data<{ id: string }>(ada, 'POST', '/partnerships', { title: 'Theirs', members })
  const permissions = ['audit:read', 'partnership:read', 'money:read', 'org:update', 'flag:update', 'project:create'].flatMap((one) => [`${one}@own`, `${one}@party`])
  const role = await data<{ id: string }>(ada, 'POST', `${path}/roles`, { name: 'Own things', permissions: permissions.filter((one) => one !== 'partnership:read@party') })
  await data(ada, 'PUT', rolesPath(bo), { roles: ['basic_member'], grants: [{ roleId: role.id, scope: 'org', scopeId: tenantId }] })
  const held = await again(bo)
  for (const [method, url, body] of [
    ['GET', '/audit'], ['GET', `/partnerships/${deal.id}`], ['GET', `/partnerships/${deal.id}/ledger`], ['POST', `${path}/roles`, { name: 'x', permissions: ['member:read'] }],
    ['PUT', '/flags/tea', { isEnabled: true }], ['POST', `${path}/projects`, { name: 'x' }]
  ] as [string, string, object?][]) t.equal((await ask(held, method, url, body)).statusCode, 403, `${method} ${url}`)
  t.strictSame(await data(held, 'GET', '/partnerships'), [])
})

t.test('B-01 organisations work side by side: another one is as good as none', async (t) => {
  const [here, there] = [await organization(), await organization()]
  const project = await data<{ id: string }>(here.ada, 'POST', `${here.path}/projects`, { name: 'Secret autumn' })
  const role = await data<{ id: string }>(here.ada, 'POST', `${here.path}/roles`, { name: 'Secret buyer', permissions: ['partnership:read'] })
  const nobody = '/organizations/nobody'
  for (const [method, rest, body] of [
    ['GET', ''], ['GET', '/members'], ['GET', '/roles'], ['GET', '/projects'], ['POST', '/projects', { name: 'x' }],
    ['POST', '/roles', { name: 'x', permissions: ['a:b'] }], ['PUT', `/members/${here.bo.actor.memberId}/roles`, { roles: ['guest'] }]
  ] as [string, string, object?][]) {
    const [foreign, missing] = [await ask(there.ada, method, here.path + rest, body), await ask(there.ada, method, nobody + rest, body)]
    t.equal(foreign.statusCode, 404, `${method} ${rest}`)
    t.same(foreign.json().error, JSON.parse(JSON.stringify(missing.json().error).replaceAll('nobody', here.tenantId)), 'word for word')
  }
  const bo = rolesPath(there.bo)
  for (const grant of [
    { roleId: role.id, scope: 'org', scopeId: there.tenantId }, { roleId: role.id, scope: 'org', scopeId: here.tenantId }
  ]) t.equal((await ask(there.ada, 'PUT', bo, { roles: ['guest'], grants: [grant] })).statusCode, 404, 'no role of another organisation')
  const own = await data<{ id: string }>(there.ada, 'POST', `${there.path}/roles`, { name: 'Reader', permissions: ['project:read'] })
  for (const [scope, scopeId] of [['project', project.id], ['org', here.tenantId]]) {
    t.equal((await ask(there.ada, 'PUT', bo, { roles: ['guest'], grants: [{ roleId: own.id, scope, scopeId }] })).statusCode, 404, 'nor a place in one')
  }
  t.notMatch((await ask(there.ada, 'GET', `${there.path}/projects`)).body + (await ask(there.ada, 'GET', `${there.path}/roles`)).body, /Secret/)
})

t.test('B-03 a role of one\'s own making adds its permissions, in the organisation or in one project', async (t) => {
  const { ada, bo, tenantId, path } = await organization()
  const buyer = await data<{ id: string }>(ada, 'POST', `${path}/roles`, { name: 'Auditor', permissions: ['audit:read', 'project:read', 'audit:read'] })
  t.match(buyer, { id: UUID, name: 'Auditor', permissions: ['audit:read', 'project:read'] })
  t.strictSame(await data(bo, 'GET', `${path}/roles`), [buyer])
  t.equal((await ask(ada, 'POST', `${path}/roles`, { name: 'Auditor', permissions: ['audit:read'] })).statusCode, 409)
  for (const permissions of [[], ['audit'], ['audit:read@all'], ['Audit:read'], ['a:b', 7]]) {
    t.equal((await ask(ada, 'POST', `${path}/roles`, { name: 'Odd', permissions })).statusCode, 400, JSON.stringify(permissions))
  }
  const [one, two] = [await data<{ id: string }>(ada, 'POST', `${path}/projects`, { name: 'One' }), await data<{ id: string }>(ada, 'POST', `${path}/projects`, { name: 'Two' })]
  const sees = async (login: Login) => (await data<{ id: string }[]>(login, 'GET', `${path}/projects`)).map(({ id }) => id)
  t.strictSame(await sees(bo), [])
  t.equal((await ask(bo, 'GET', '/audit')).statusCode, 403)

  const put = (grants: object[], roles = ['basic_member']) => data<{ grants: object[] }>(ada, 'PUT', rolesPath(bo), { roles, grants })
  const inTwo = { roleId: buyer.id, scope: 'project', scopeId: two.id }
  t.match((await put([inTwo])).grants, [{ ...inTwo, permissions: ['audit:read', 'project:read'] }])
  const narrow = await again(bo)
  t.strictSame(await sees(narrow), [two.id], 'only the project it was granted for')
  t.equal((await ask(narrow, 'GET', '/audit')).statusCode, 403, 'and nothing beyond it')

  await put([{ roleId: buyer.id, scope: 'org', scopeId: tenantId }])
  const wide = await again(bo)
  t.strictSame(await sees(wide), [one.id, two.id])
  t.equal((await ask(wide, 'GET', '/audit')).statusCode, 200)
  t.equal((await ask(wide, 'POST', `${path}/projects`, { name: 'x' })).statusCode, 403)

  await put([])
  const until = Date.now() + 5_000
  while ((await ask(wide, 'GET', '/audit')).statusCode === 200 && Date.now() < until);
  t.equal((await ask(wide, 'GET', '/audit')).statusCode, 403, 'taken away, it is gone from a running login too')
  t.match((await data<object[]>(ada, 'GET', '/audit?entity=account&limit=1')), [{ entityId: bo.actor.memberId, action: 'grant', oldValues: { grants: [{ scope: 'org' }] }, newValues: { roles: ['basic_member'], grants: [] } }])
})

t.test('B-03 who may read only their own reads their own, page by page for all others', async (t) => {
  const { ada, bo, tenantId, path } = await organization()
  await loggedIn(app, engine, { name: 'Cy Roe', tenantId })
  t.match(await data<object[]>(bo, 'GET', `${path}/members`), [{ memberId: bo.actor.memberId, email: bo.email }])
  const first = (await ask(ada, 'GET', `${path}/members?limit=2`)).json()
  const second = (await ask(ada, 'GET', `${path}/members?limit=2&cursor=${encodeURIComponent(first.meta.cursor)}`)).json()
  const ids = [...first.data, ...second.data].map(({ memberId }: { memberId: string }) => memberId)
  t.strictSame([ids, second.meta.cursor], [['member:ada-lind', 'member:bo-moss', 'member:cy-roe'], null])
  t.equal((await ask(bo, 'PUT', rolesPath(ada), { roles: ['guest'] })).statusCode, 403)
})

t.test('B-03 nobody hands on more than they hold, nor takes what they could not give', async (t) => {
  const { ada, bo, tenantId, path } = await organization()
  const cy = await loggedIn(app, engine, { name: 'Cy Roe', tenantId })
  const clerk = await data<{ id: string }>(ada, 'POST', `${path}/roles`, { name: 'Clerk', permissions: ['org:*', 'flag:read'] })
  const money = await data<{ id: string }>(ada, 'POST', `${path}/roles`, { name: 'Money', permissions: ['money:*'] })
  const at = (roleId: string) => ({ roleId, scope: 'org', scopeId: tenantId })
  await data(ada, 'PUT', rolesPath(bo), { roles: ['basic_member'], grants: [at(clerk.id)] })
  const clerkBo = await again(bo)
  const status = async (method: string, to: string, body: object) => (await ask(clerkBo, method, to, body)).statusCode

  t.equal(await status('PUT', rolesPath(cy), { roles: ['basic_member'], grants: [at(clerk.id)] }), 200, 'what one holds one may give')
  t.equal(await status('PUT', rolesPath(cy), { roles: ['admin'] }), 403)
  t.equal(await status('PUT', rolesPath(bo), { roles: ['basic_member', 'admin'], grants: [at(clerk.id)] }), 403, 'nor to oneself')
  t.equal(await status('PUT', rolesPath(cy), { roles: ['basic_member'], grants: [at(clerk.id), at(money.id)] }), 403)
  t.equal(await status('PUT', rolesPath(ada), { roles: ['basic_member'] }), 403, 'an admin is not theirs to demote')
  t.equal(await status('POST', `${path}/roles`, { name: 'More', permissions: ['money:read'] }), 403)
  t.equal(await status('POST', `${path}/roles`, { name: 'All', permissions: ['*:*'] }), 403)
  t.equal(await status('POST', `${path}/roles`, { name: 'Less', permissions: ['org:read@own', 'money:read@party'] }), 200)
  t.equal(await status('PUT', rolesPath(cy), { roles: ['basic_member'], grants: [{ roleId: randomUUID(), scope: 'org', scopeId: tenantId }] }), 404)
  t.equal((await ask(ada, 'PUT', `${path}/members/member:nobody/roles`, { roles: ['guest'] })).statusCode, 404)
  t.match(await data<object[]>(ada, 'GET', `${path}/members`), [{ roles: ['admin'] }, { roles: ['basic_member'] }, { roles: ['basic_member'], grants: [{ roleId: clerk.id }] }])
})

t.test('B-03 the last admin stays one, also of two who leave at once', async (t) => {
  const { ada, bo, path } = await organization()
  const refused = await ask(ada, 'PUT', rolesPath(ada), { roles: ['basic_member'] })
  t.match([refused.statusCode, refused.json().error], [409, { code: 'failed_precondition', message: /make someone else one first/ }])
  t.match(await data<object[]>(ada, 'GET', `${path}/members?limit=1`), [{ roles: ['admin'] }], 'nothing of it was kept')

  await data(ada, 'PUT', rolesPath(bo), { roles: ['admin'] })
  const second = await again(bo)
  const both = await Promise.all([ask(ada, 'PUT', rolesPath(ada), { roles: ['guest'] }), ask(second, 'PUT', rolesPath(bo), { roles: ['guest'] })])
  t.strictSame(both.map(({ statusCode }) => statusCode).sort(), [200, 409])
})

t.test('B-03 where a grant reaches, by hand', async (t) => {
  const base = { ...operatorOf('a'), memberId: 'member:me', roles: [], permissions: [] }
  const within = (scope: 'org' | 'project' | 'team', scopeId: string, ...permissions: string[]) => ({ ...base, grants: [{ roleId: 'r', scope, scopeId, permissions }] })
  const cases: [boolean, Parameters<typeof can>][] = [
    [true, [within('org', 'a', 'project:read'), 'project:read', { projectId: 'p1' }]],
    [false, [within('org', 'b', 'project:read'), 'project:read']],
    [true, [within('project', 'p1', 'project:*'), 'project:update', { projectId: 'p1' }]],
    [false, [within('project', 'p1', 'project:*'), 'project:update', { projectId: 'p2' }]],
    [false, [within('project', 'p1', '*:*'), 'audit:read']],
    [false, [within('project', 'p1', '*:*'), 'affinity:read', { memberId: 'member:you' }]],
    [false, [within('project', 'p1', '*:*'), 'project:read', { projectId: 'p1', tenantId: 'b' }]],
    [true, [within('team', 't1', 'workspace:read@own'), 'workspace:read', { teamId: 't1', memberId: 'member:me' }]],
    [false, [within('team', 't1', 'workspace:read@own'), 'workspace:read', { teamId: 't1', memberId: 'member:you' }]],
    [false, [within('team', 't1', 'workspace:read'), 'workspace:read', { projectId: 't1' }]]
  ]
  for (const [expected, question] of cases) t.equal(can(...question), expected, JSON.stringify([question[0].grants, ...question.slice(1)]))
  const handing: [boolean, Parameters<typeof mayHandOn>][] = [
    [true, [operatorOf('a'), '*:*']],
    [true, [{ ...base, permissions: ['money:*'] }, 'money:read@party']],
    [false, [{ ...base, permissions: ['money:*@party'] }, 'money:read']],
    [true, [{ ...base, permissions: ['money:*@party'] }, 'money:read@party']],
    [false, [{ ...base, permissions: ['money:read'] }, 'money:*']],
    [false, [{ ...base, permissions: ['money:*'] }, '*:read']],
    [true, [within('project', 'p1', 'project:*'), 'project:read', { projectId: 'p1' }]],
    [false, [within('project', 'p1', 'project:*'), 'project:read']]
  ]
  for (const [expected, question] of handing) t.equal(mayHandOn(...question), expected, JSON.stringify(question.slice(1)))
})
