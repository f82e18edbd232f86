import { randomUUID } from 'node:crypto'
import t from 'tap'
import { Compile } from 'typebox/compile'
import { loggedIn, type Login } from '../test/login.js'
import { fact, testEngine } from '../test/world.js'
import { buildApp } from './app.js'

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
await app.ready()

const API = '/api/v1'
const boss = await loggedIn(app, engine, { name: 'Bo Boss' })
const { tenantId } = boss.actor
const ada = await loggedIn(app, engine, { name: 'Ada Lind', tenantId })
const eve = await loggedIn(app, engine, { name: 'Eve Moss' })
await engine.learn(tenantId, { facts: [fact('brand:tonwerk HAS_AFFINITY_WITH jazz')] })

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH'
const ask = (login: Login | null, method: Method, path: string, payload?: object, headers = {}) =>
  app.inject({ method, url: API + path, headers: { ...login?.headers, ...headers }, ...payload !== undefined && { payload } })
const input = { title: 'Autumn', members: [{ memberId: ada.actor.memberId }, { memberId: 'brand:tonwerk' }], totalValueMinor: 250_000, commissionRatePpm: 75_000 }
const key = () => ({ 'idempotency-key': randomUUID() })

t.test('A-09 A-10 A-11 A-34 a deal from proposal to money, in the shapes that the documentation shows', async (t) => {
  const { paths } = (await app.inject('/openapi.json')).json()
  const good = async (method: Method, path: string, route: string, payload?: object, headers = {}) => {
    const answer = await ask(ada, method, path, payload, headers)
    t.equal(answer.statusCode, 200, `${method} ${path} ${answer.body.slice(0, 200)}`)
    const schema = paths[API + route][method.toLowerCase()].responses['200'].content['application/json'].schema
    t.same(Compile(schema).Errors(answer.json()), [], `${method} ${route} has its shape`)
    return answer.json().data
  }
  const created = await good('POST', '/partnerships', '/partnerships', input, key())
  t.match(created, { stage: 'discovery', status: 'active', version: 1, moves: ['initial_contact'], currency: 'EUR', createdBy: ada.actor.memberId })
  const one = `/partnerships/${created.id}`
  t.match(await good('GET', '/partnerships?limit=1', '/partnerships'), [{ id: created.id }])
  t.strictSame(await good('GET', one, '/partnerships/{id}'), created)
  t.match(await good('PUT', `${one}/stage`, '/partnerships/{id}/stage', { stage: 'initial_contact', reason: 'they wrote back', expectedVersion: 1 }), { stage: 'initial_contact', version: 2 })
  t.match(await good('PATCH', one, '/partnerships/{id}', { title: 'Winter' }), { title: 'Winter', version: 3 })
  t.match(await good('GET', `${one}/history`, '/partnerships/{id}/history'), [{ toStage: 'discovery' }, { fromStage: 'discovery', toStage: 'initial_contact', reason: 'they wrote back' }])
  const milestone = await good('POST', `${one}/milestones`, '/partnerships/{id}/milestones', { title: 'First cut', dueDate: '2026-12-24' })
  t.match(await good('PATCH', `${one}/milestones/${milestone.id}`, '/partnerships/{id}/milestones/{mid}', { status: 'completed' }), { status: 'completed' })
  const paid = await good('POST', `${one}/transactions`, '/partnerships/{id}/transactions', { type: 'payment', amountMinor: 100_000 }, key())
  t.match(paid, { commission: { amountMinor: 7_500, ratePpm: 75_000 } })
  t.strictSame(await good('GET', `${one}/transactions`, '/partnerships/{id}/transactions'), [paid])
  t.match(await good('GET', `${one}/ledger`, '/partnerships/{id}/ledger'), { balances: [{ account: 'clearing', amountMinor: 100_000 }, { account: 'commission', amountMinor: -7_500 }, { account: 'payable', amountMinor: -92_500 }] })
  for (const name of ['dashboard', 'partnerships', 'performance']) await good('GET', `/analytics/${name}?from=2026-01-01`, `/analytics/${name}`)

  const told = await engine.events.since(tenantId, `partnership:${created.id}`, 0)
  t.same(told.map(({ name }) => name), ['PartnershipCreated', 'PartnershipStageChanged', 'MilestoneCompleted'])
})

t.test('what is refused says how', async (t) => {
  const { id } = (await ask(ada, 'POST', '/partnerships', input)).json().data
  const one = `/partnerships/${id}`
  const refused = async (status: number, message: RegExp, method: Method, path: string, payload?: object, headers = {}, login: Login | null = ada) => {
    const answer = await ask(login, method, path, payload, headers)
    t.equal(answer.statusCode, status, answer.body)
    t.match(answer.json().error.message, message)
    return answer.json().error.details
  }
  t.same(await refused(409, /cannot move to execution; legal: initial_contact\./, 'PUT', `${one}/stage`, { stage: 'execution' }), [{ path: 'stage', rule: 'legal', message: 'initial_contact' }])
  await refused(409, /at version 1, not 4/, 'PUT', `${one}/stage`, { stage: 'initial_contact', expectedVersion: 4 })
  await refused(400, /stage must be one of discovery, /, 'PUT', `${one}/stage`, { stage: 'signed' })
  await refused(400, /idempotency-key is missing/, 'POST', `${one}/transactions`, { type: 'payment', amountMinor: 5 })
  for (const amountMinor of [0, -5, 1.5, 1e15, '5', null]) await refused(400, /amountMinor/, 'POST', `${one}/transactions`, { type: 'payment', amountMinor }, key())
  const twice = key()
  await ask(ada, 'POST', `${one}/transactions`, { type: 'payment', amountMinor: 5 }, twice)
  await refused(409, /another request/, 'POST', `${one}/transactions`, { type: 'payment', amountMinor: 6 }, twice)
  await refused(400, /NUL/, 'PATCH', one, { title: 'a\0b' })
  await refused(404, /There is no partnership "none"/, 'GET', '/partnerships/none')
  await refused(401, /Log in/, 'GET', one, undefined, {}, null)
  const strange = await ask(eve, 'GET', one)
  t.equal(strange.statusCode, 404)
  t.same(strange.json().error, JSON.parse(JSON.stringify((await ask(eve, 'GET', '/partnerships/none')).json().error).replaceAll('none', id)), 'word for word as one that is not there')
  const cy = await loggedIn(app, engine, { name: 'Cy Roe', tenantId })
  await refused(403, /may not do this/, 'PUT', `${one}/stage`, { stage: 'initial_contact' }, {}, cy)
  t.equal((await ask(boss, 'GET', one)).statusCode, 200, 'the admin of the organisation may')
})
