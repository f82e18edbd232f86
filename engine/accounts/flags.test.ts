import t from 'tap'
import { buildApp } from '../../api/app.js'
import type { AuditEntry } from '../../models/audit.js'
import { loggedIn, type Login } from '../../test/login.js'
import { testEngine } from '../../test/world.js'
import { openDeals } from '../deals/db.js'
import { audit } from '../desk/audit.js'
import { openGraph } from '../graph/graph.js'
import { isOn } from './flags.js'

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
await app.ready()

const ask = (login: Login, method: string, path: string, payload?: object) =>
  app.inject({ method: method as 'GET', url: `/api/v1${path}`, headers: login.headers, ...payload && { payload } })
const entries = async (login: Login, query = ''): Promise<AuditEntry[]> => (await ask(login, 'GET', `/audit${query}`)).json().data

t.test('A-38 a flag is on for those who meet its conditions, in its own organisation', async (t) => {
  const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
  const bo = await loggedIn(app, engine, { name: 'Bo Moss', tenantId: ada.actor.tenantId })
  const eve = await loggedIn(app, engine, { name: 'Eve Moss' })
  const on = async (login: Login) => (await ask(login, 'GET', '/flags/tea')).json().data?.isOn
  const put = async (body: object, by = ada) => (await ask(by, 'PUT', '/flags/tea', body)).statusCode

  t.match((await ask(ada, 'GET', '/flags/tea')).json().error, { code: 'not_found', message: 'There is no flag "tea".' })
  t.equal(await put({ isEnabled: true }, bo), 403)
  t.equal(await put({ isEnabled: true }), 200)
  t.strictSame([await on(ada), await on(bo), await on(eve)], [true, true, undefined])
  t.equal((await ask(eve, 'GET', '/flags/tea')).statusCode, 404, 'another organisation has none of that name')
  const cases: [object, boolean, boolean][] = [
    [{ isEnabled: false }, false, false],
    [{ isEnabled: true, conditions: { memberIds: [bo.actor.memberId] } }, false, true],
    [{ isEnabled: true, conditions: { roles: ['admin', 'premium_member'] } }, true, false],
    [{ isEnabled: true, conditions: { tiers: ['enterprise'] } }, true, true],
    [{ isEnabled: true, conditions: { tiers: ['free'] } }, false, false],
    [{ isEnabled: true, conditions: { tiers: ['enterprise'], roles: ['basic_member'], percent: 100 } }, false, true],
    [{ isEnabled: true, conditions: { percent: 0 } }, false, false],
    [{ isEnabled: false, conditions: { memberIds: [bo.actor.memberId] } }, false, false]
  ]
  for (const [body, forAda, forBo] of cases) {
    t.equal(await put(body), 200)
    t.strictSame([await on(ada), await on(bo)], [forAda, forBo], JSON.stringify(body))
  }
  t.match((await ask(ada, 'GET', '/flags/tea')).json().data, { definition: { name: 'tea', isEnabled: false, conditions: { memberIds: [bo.actor.memberId] } } })
  t.notOk('definition' in (await ask(bo, 'GET', '/flags/tea')).json().data, 'how it is decided is for admins')
  for (const bad of [{}, { isEnabled: 'yes' }, { isEnabled: true, conditions: { percent: 101 } }, { isEnabled: true, conditions: { moon: 'full' } }]) t.equal(await put(bad), 400)
  t.strictSame(await engine.query(ada.actor.tenantId, 'graph/census', {}).then((rows) => rows.filter(({ label }) => /Flag|Role|Project|Audit/.test(String(label)))), [])
})

t.test('A-38 a share of the members is the same share each time, and grows without anyone falling out', async (t) => {
  const members = Array.from({ length: 2_000 }, (_, i) => ({ memberId: `member:m${i}`, tier: 'free' as const, roles: [] }))
  const inside = (name: string, percent: number) =>
    new Set(members.filter((one) => isOn({ name, isEnabled: true, conditions: { percent } }, one)).map(({ memberId }) => memberId))
  const [ten, thirty] = [inside('tea', 10), inside('tea', 30)]
  t.ok(Math.abs(ten.size - 200) < 60 && Math.abs(thirty.size - 600) < 90, `${ten.size} and ${thirty.size} of 2000`)
  t.ok([...ten].every((id) => thirty.has(id)))
  t.strictSame(inside('tea', 10), ten)
  t.ok([...inside('coffee', 10)].filter((id) => ten.has(id)).length < 60, 'another flag begins with others')
  t.equal(inside('tea', 100).size, 2_000)
})

t.test('B-08 A-38 every change leaves its old and new values, from both stores in one list', async (t) => {
  const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
  const { tenantId, memberId } = ada.actor
  const bo = await loggedIn(app, engine, { name: 'Bo Moss', tenantId })
  await ask(ada, 'PUT', '/flags/tea', { isEnabled: true })
  await ask(ada, 'PUT', '/flags/tea', { isEnabled: true, conditions: { percent: 5 } })
  await ask(ada, 'PUT', '/flags/tea', { isEnabled: true, conditions: { percent: 5 } }) // changes nothing
  await ask(ada, 'PUT', '/flags/tea', { isEnabled: 7 }) // is refused
  const deal = (await ask(ada, 'POST', '/partnerships', { title: 'Autumn', members: [{ memberId }, { memberId: bo.actor.memberId }] })).json().data
  await ask(ada, 'PATCH', `/partnerships/${deal.id}`, { title: 'Winter' })
  const project = (await ask(ada, 'POST', `/organizations/${tenantId}/projects`, { name: 'Tour' })).json().data
  await ask(ada, 'PUT', `/organizations/${tenantId}/members/${bo.actor.memberId}/roles`, { roles: ['premium_member'] })

  const all = await entries(ada)
  const expected = [
    { entity: 'account', entityId: bo.actor.memberId, action: 'grant', oldValues: { roles: ['basic_member'] }, newValues: { roles: ['premium_member'] }, actorId: memberId },
    { entity: 'project', entityId: project.id, action: 'create', oldValues: null, newValues: { name: 'Tour' }, actorId: memberId },
    { entity: 'partnership', entityId: deal.id, action: 'change', oldValues: { title: 'Autumn' }, newValues: { title: 'Winter' }, actorId: memberId },
    { entity: 'partnership', entityId: deal.id, action: 'create', oldValues: null, newValues: { title: 'Autumn' }, actorId: memberId },
    { entity: 'flag', entityId: 'tea', action: 'change', oldValues: { isEnabled: true, conditions: {} }, newValues: { isEnabled: true, conditions: { percent: 5 } }, actorId: memberId },
    { entity: 'flag', entityId: 'tea', action: 'create', oldValues: null, newValues: { isEnabled: true, conditions: {} }, actorId: memberId },
    { entity: 'account', entityId: bo.actor.memberId, action: 'grant', oldValues: { tier: 'free' }, newValues: { tier: 'enterprise' }, actorId: 'operator' },
    { entity: 'account', entityId: memberId, action: 'grant', actorId: 'operator' },
    { entity: 'organization', entityId: tenantId, action: 'create', actorId: memberId }
  ]
  t.match(all, expected)
  t.equal(all.length, expected.length)
  t.strictSame((await entries(ada, '?entity=flag&entityId=tea')).map(({ action }) => action), ['change', 'create'])
  t.strictSame((await entries(ada, `?entityId=${deal.id}`)).map(({ action }) => action), ['change', 'create'])

  const paged: AuditEntry[] = []
  for (let before = ''; ;) {
    const { data, meta } = (await ask(ada, 'GET', `/audit?limit=2${before}`)).json()
    t.strictSame([meta.limit, meta.degraded], [2, []])
    paged.push(...data)
    if (meta.cursor === null) break
    before = `&before=${meta.cursor}`
  }
  t.strictSame(paged, all, 'page by page it is the same list')
  t.strictSame(await entries(ada, `?before=${all[4]!.at}`), all.slice(5), 'an instant is as good as a cursor')
  for (const odd of ['yesterday', '2026-13-45T00:00:00Z', "2026-11-30T12:00:00Z_n' OR 1=1"]) t.equal((await ask(ada, 'GET', `/audit?before=${encodeURIComponent(odd)}`)).statusCode, 400)
  t.equal((await ask(bo, 'GET', '/audit')).statusCode, 403)
  t.notOk((await entries(await loggedIn(app, engine, { name: 'Eve Moss' }))).some(({ entityId }) => entityId === deal.id || entityId === 'tea'))
})

t.test('B-08 a change that fails leaves no entry, and an entry that fails no change', async (t) => {
  const { actor } = await loggedIn(app, engine)
  const { graph } = engine
  await t.rejects(graph.write(async (run) => {
    await run('accounts/put-flag', { tenantId: actor.tenantId, name: 'half', isEnabled: true, conditions: '{}' })
    await run('accounts/note', { tenantId: actor.tenantId, entry: { id: { no: 'map' } } })
  }))
  t.strictSame(await graph.read('accounts/flag', { tenantId: actor.tenantId, name: 'half' }), [])
})

t.test('B-08 a store that is down is named, and the other one answers', async (t) => {
  const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
  const { tenantId, memberId } = ada.actor
  const bo = await loggedIn(app, engine, { name: 'Bo Moss', tenantId })
  await ask(ada, 'PUT', '/flags/tea', { isEnabled: true })
  await ask(ada, 'POST', '/partnerships', { title: 'Autumn', members: [{ memberId }, { memberId: bo.actor.memberId }] })
  const [noDeals, noGraph] = [openDeals('postgres://nobody:nothing@127.0.0.1:9/none'), openGraph({ uri: 'bolt://127.0.0.1:9', user: 'nobody', password: 'nothing' })]
  const there = openDeals((await import('../stores.js').then(({ openStores }) => openStores(engine.config))).databaseUrl)
  t.teardown(() => Promise.all([noDeals.close(), noGraph.close(), there.close()]))

  const half = await buildApp({ ...engine, deals: { ...engine.deals, audit: (actor, request = {}) => audit(noDeals, engine.graph, actor, request) } })
  t.teardown(() => half.close())
  const answer = (await half.inject({ url: '/api/v1/audit', headers: ada.headers })).json()
  t.match(answer.meta.degraded, [/Postgres does not answer/])
  t.strictSame([...new Set(answer.data.map(({ entity }: AuditEntry) => entity))], ['flag', 'account', 'organization'])

  const { data, meta } = await audit(there, noGraph, ada.actor, {})
  t.match(meta.degraded, [/Neo4j does not answer/])
  t.strictSame(data.map(({ entity }) => entity), ['partnership'])
})

t.test('B-08 who leaves is handed their entries, and then has no name in them', async (t) => {
  const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
  const bo = await loggedIn(app, engine, { name: 'Bo Moss', tenantId: ada.actor.tenantId })
  const { tenantId, memberId } = bo.actor
  await ask(ada, 'PUT', `/organizations/${tenantId}/members/${memberId}/roles`, { roles: ['admin'] })
  await ask(ada, 'PUT', '/flags/tea', { isEnabled: true, conditions: { memberIds: [memberId, ada.actor.memberId] } })
  await engine.accounts.flags.put(bo.actor.roles.includes('admin') ? bo.actor : { ...bo.actor, roles: ['admin'] }, 'coffee', { isEnabled: true })
  t.match((await ask(bo, 'GET', '/members/export')).json().data.audit, [{ action: 'grant' }, { action: 'grant' }, { entity: 'flag', entityId: 'coffee' }])

  t.equal((await ask(bo, 'DELETE', '/users/me')).statusCode, 200)
  const all = await entries(ada)
  t.equal(all.filter(({ entity }) => entity === 'flag').length, 2, 'what was changed stays')
  t.notMatch(JSON.stringify(all), memberId)
  t.match(all[0], { entityId: 'coffee', actorId: /^erased:/ })
  t.notMatch((await ask(ada, 'GET', '/flags/tea')).body, memberId)
})
