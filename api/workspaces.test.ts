import { randomUUID } from 'node:crypto'
import t from 'tap'
import { Compile } from 'typebox/compile'
import { openDeals } from '../engine/deals/db.js'
import { openDealsDesk } from '../engine/desk/desk.js'
import { openWorkspaces } from '../engine/workspaces/workspaces.js'
import { EVENTS, type NumberedEvent } from '../models/events.js'
import type { Asset, Comment, Workspace, WorkspaceContent } from '../models/workspaces.js'
import { loggedIn, type Login } from '../test/login.js'
import { fact, testEngine } from '../test/world.js'
import { buildApp } from './app.js'

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
await app.ready()

const ROOMS = '/api/v1/collaboration/workspaces'
const send = (login: Login | null, method: string, url: string, payload?: object) =>
  app.inject({ method: method as 'GET', url, headers: login?.headers, ...payload && { payload } })
async function ask<T> (login: Login, method: string, url: string, payload?: object): Promise<T> {
  const answer = await send(login, method, url, payload)
  t.equal(answer.statusCode, 200, `${method} ${url}: ${answer.body.slice(0, 200)}`)
  return answer.json().data
}
async function refused (login: Login | null, method: string, url: string, payload?: object) {
  const answer = await send(login, method, url, payload)
  return { status: answer.statusCode, ...answer.json().error as { code: string, message: string } }
}

/** Two parties, one who is none, an admin of theirs, and a stranger; the parties have a deal. */
async function story () {
  const boss = await loggedIn(app, engine, { name: 'Boss Lee' })
  const { tenantId } = boss.actor
  const [ada, bo, cy] = await Promise.all(['Ada Lind', 'Bo Berg', 'Cy Moss'].map((name) => loggedIn(app, engine, { name, tenantId }))) as [Login, Login, Login]
  const eve = await loggedIn(app, engine, { name: 'Eve Moss' })
  const deal = await engine.deals.create(ada.actor, { title: 'The tea tour', members: [{ memberId: ada.actor.memberId }, { memberId: bo.actor.memberId }] })
  return { boss, ada, bo, cy, eve, deal, tenantId }
}

t.test('A-12 a partnership has one workspace, whoever of its parties opens it', async (t) => {
  const { boss, ada, bo, cy, eve, deal } = await story()
  const [first, again] = await Promise.all([ada, bo].map((login) => ask<Workspace>(login, 'POST', ROOMS, { partnershipId: deal.id })))
  t.strictSame(first, again)
  t.match(first, { partnershipId: deal.id, name: 'The tea tour' })
  t.strictSame(await ask(boss, 'POST', ROOMS, { partnershipId: deal.id, name: 'Another name' }), first)
  t.strictSame(await ask(bo, 'GET', `${ROOMS}/${first!.id}`), { ...first, assets: [], comments: [] })

  t.match(await refused(cy, 'POST', ROOMS, { partnershipId: deal.id }), { status: 403, code: 'permission_denied' })
  t.match(await refused(cy, 'GET', `${ROOMS}/${first!.id}`), { status: 403, code: 'permission_denied' })
  t.match(await refused(eve, 'GET', `${ROOMS}/${first!.id}`), { status: 404, message: `There is no workspace "${first!.id}".` })
  t.match(await refused(eve, 'POST', ROOMS, { partnershipId: deal.id }), { status: 404, message: `There is no partnership "${deal.id}".` })
  t.match(await refused(null, 'GET', ROOMS), { status: 401 })
  for (const body of [{}, { partnershipId: deal.id, name: ' ' }, { partnershipId: deal.id, other: 1 }]) t.match(await refused(ada, 'POST', ROOMS, body), { status: 400 })
})

t.test('A-12 a list has the workspaces of one\'s own partnerships, page by page', async (t) => {
  const { boss, ada, bo, cy, eve, deal } = await story()
  const members = [{ memberId: bo.actor.memberId }, { memberId: cy.actor.memberId }]
  const theirs = await engine.deals.create(bo.actor, { title: 'Bo and Cy', members })
  await engine.deals.create(bo.actor, { title: 'Without a workspace', members })
  const ours = await ask<Workspace>(ada, 'POST', ROOMS, { partnershipId: deal.id })
  const other = await ask<Workspace>(cy, 'POST', ROOMS, { partnershipId: theirs.id })
  t.strictSame(await ask(ada, 'GET', ROOMS), [ours])
  t.strictSame(await ask(bo, 'GET', ROOMS), [other, ours], 'the newest partnership first')
  t.strictSame(await ask(boss, 'GET', ROOMS), [other, ours])
  t.strictSame(await ask(eve, 'GET', ROOMS), [])

  const { data, meta } = (await send(bo, 'GET', `${ROOMS}?limit=1`)).json()
  t.strictSame(data, [other])
  const next = (await send(bo, 'GET', `${ROOMS}?limit=1&cursor=${meta.cursor}`)).json()
  t.strictSame([next.data, next.meta.cursor], [[ours], null])
})

t.test('A-12 comments and assets: said and submitted by the parties, in order, version by version', async (t) => {
  const { ada, bo, cy, eve, deal } = await story()
  const { id } = await ask<Workspace>(ada, 'POST', ROOMS, { partnershipId: deal.id })
  const [comments, assets] = [`${ROOMS}/${id}/comments`, `${ROOMS}/${id}/assets`]
  const said = await ask<Comment>(ada, 'POST', comments, { text: 'I like the blue one.' })
  t.match(said, { text: 'I like the blue one.', authorId: ada.actor.memberId })
  const answer = await ask<Comment>(bo, 'POST', comments, { text: 'So do I.' })
  const poster = { name: 'Poster', type: 'image', url: 'https://example.org/poster.png' }
  t.match(await ask<Asset>(ada, 'POST', assets, poster), { ...poster, version: 1, submittedBy: ada.actor.memberId })
  const versions = await Promise.all([1, 2, 3].map(() => ask<Asset>(bo, 'POST', assets, { name: 'Poster', type: 'image' })))
  t.strictSame(versions.map(({ version }) => version).sort(), [2, 3, 4], 'also at once')
  t.match(await ask<Asset>(ada, 'POST', assets, { name: 'Song', type: 'audio' }), { version: 1, url: null })

  const content = await ask<WorkspaceContent>(bo, 'GET', `${ROOMS}/${id}`)
  t.strictSame(content.comments, [said, answer])
  t.strictSame(content.assets.map(({ name, version }) => `${name} ${version}`), ['Poster 1', 'Poster 2', 'Poster 3', 'Poster 4', 'Song 1'])

  for (const text of ['', ' ', 'x'.repeat(5_001), 7]) t.match(await refused(ada, 'POST', comments, { text }), { status: 400 }, String(text).slice(0, 9))
  t.equal((await ask<Comment>(ada, 'POST', comments, { text: 'x'.repeat(5_000) })).text?.length, 5_000)
  for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'ftp://example.org/a', '//example.org', 'https://', 'https://a b', 'data:text/html,x']) {
    t.match(await refused(ada, 'POST', assets, { ...poster, url }), { status: 400 }, url)
  }
  for (const [path, body] of [[comments, { text: 'x' }], [assets, poster]] as const) {
    t.match(await refused(cy, 'POST', path, body), { status: 403, code: 'permission_denied' })
    t.match(await refused(eve, 'POST', path, body), { status: 404, message: `There is no workspace "${id}".` })
  }
})

t.test('A-12 no query of the library shows a workspace', async (t) => {
  const { ada, deal, tenantId } = await story()
  const { id } = await ask<Workspace>(ada, 'POST', ROOMS, { partnershipId: deal.id, name: 'Quillfish' })
  await ask(ada, 'POST', `${ROOMS}/${id}/comments`, { text: 'Quillfish' })
  for (const name of [...engine.graph.queries.keys()].filter((name) => name.startsWith('workspaces/'))) {
    await t.rejects(engine.query(tenantId, name, { id, memberId: ada.actor.memberId }), { code: 'permission_denied' }, name)
  }
  for (const [name, parameters] of [['graph/census', {}], ['graph/facts', { after: '', limit: 1_000 }], ['graph/neighborhood', { entityId: ada.actor.memberId, limit: 100 }]] as const) {
    t.notMatch(JSON.stringify(await engine.query(tenantId, name, parameters)), /Quillfish|Workspace|Comment/, name)
  }
})

t.test('A-12 what one has put into workspaces is in the export, and goes with the member', async (t) => {
  const { ada, bo, deal, tenantId } = await story()
  const { id } = await ask<Workspace>(ada, 'POST', ROOMS, { partnershipId: deal.id })
  await ask(ada, 'POST', `${ROOMS}/${id}/comments`, { text: 'Quillfish blue, I say.' })
  await ask(bo, 'POST', `${ROOMS}/${id}/comments`, { text: 'As you like.' })
  await ask(ada, 'POST', `${ROOMS}/${id}/assets`, { name: 'Poster', type: 'image' })
  const { workspaces } = await ask<{ workspaces: object }>(ada, 'GET', '/api/v1/members/export')
  t.match(workspaces, { comments: [{ workspaceId: id, text: 'Quillfish blue, I say.' }], assets: [{ workspaceId: id, name: 'Poster', version: 1 }] })
  t.notMatch(JSON.stringify(workspaces), /As you like/, 'what others said is theirs')

  await ask(ada, 'DELETE', '/api/v1/users/me')
  const left = await ask<WorkspaceContent>(bo, 'GET', `${ROOMS}/${id}`)
  t.match(left, { comments: [{ text: null, authorId: null }, { text: 'As you like.', authorId: bo.actor.memberId }], assets: [{ name: 'Poster', submittedBy: null }] })
  const told = JSON.stringify(await engine.events.since(tenantId, `workspace:${id}`, 0))
  t.notMatch(told + JSON.stringify(left), /Quillfish|ada-lind/)
  t.match(told, /As you like/)
})

t.test('A-12 while Postgres is away nobody is let in', async (t) => {
  const { ada, deal } = await story()
  const { id } = await ask<Workspace>(ada, 'POST', ROOMS, { partnershipId: deal.id })
  const gone = openDeals('postgres://nobody:nothing@127.0.0.1:9/none')
  const desk = openDealsDesk({ deals: gone, graph: engine.graph })
  t.teardown(async () => { await desk.close(); await gone.close() })
  const rooms = openWorkspaces({ graph: engine.graph, emit: engine.events.emit, deals: desk })
  const acts: (() => Promise<unknown>)[] = [
    () => rooms.get(ada.actor, id), () => rooms.list(ada.actor), () => rooms.mayRead(ada.actor, id), () => rooms.open(ada.actor, { partnershipId: deal.id }),
    () => rooms.addComment(ada.actor, id, { text: 'x' }), () => rooms.addAsset(ada.actor, id, { name: 'x', type: 'y' })
  ]
  for (const act of acts) await t.rejects(act(), { code: 'unavailable' })
  await t.rejects(rooms.get(ada.actor, randomUUID()), { code: 'not_found' })
})

t.test('A-19 each event that is told has its shape, and can be heard again from a number', async (t) => {
  const { boss, ada, bo, deal, tenantId } = await story()
  const { id } = await ask<Workspace>(ada, 'POST', ROOMS, { partnershipId: deal.id })
  await ask(ada, 'PATCH', '/api/v1/members/profile', { basicInfo: { about: 'I love tea.' } })
  await engine.deals.move(bo.actor, deal.id, { stage: 'initial_contact' })
  const milestone = await engine.deals.addMilestone(ada.actor, deal.id, { title: 'First cup' })
  await engine.deals.changeMilestone(ada.actor, deal.id, milestone.id, { status: 'completed' })
  const lastMonth = new Date(new Date().setUTCDate(0)).toISOString()
  await engine.learn(tenantId, { facts: [0, 1, 2].map((i) => fact('cy-moss COVERS_TOPIC trend:foraging', { observedAt: lastMonth, source: `paper/${i}` })) })
  await engine.culturalTrends(tenantId, {})
  await engine.recommendations(tenantId, { memberId: ada.actor.memberId })
  await ask(ada, 'POST', `${ROOMS}/${id}/comments`, { text: 'One.' })
  const number = await engine.events.last(tenantId)
  await ask(bo, 'POST', `${ROOMS}/${id}/comments`, { text: 'Two.' })
  await ask(bo, 'POST', `${ROOMS}/${id}/assets`, { name: 'Poster', type: 'image' })

  const channels = ['trends', `partnership:${deal.id}`, `workspace:${id}`, ...[boss, ada].flatMap(({ actor }) => [`member:${actor.memberId}`, `affinity:${actor.memberId}`])]
  const told = (await Promise.all(channels.map((channel) => engine.events.since(tenantId, channel, 0)))).flat()
  const wrong = ({ name, data }: NumberedEvent) => Compile(EVENTS[name]).Errors(data)
  for (const event of told) t.strictSame(wrong(event), [], event.name)
  t.strictSame([...new Set(told.map(({ name }) => name))].sort(), [
    'AffinityCalculated', 'AssetUploaded', 'CommentAdded', 'CulturalTrendDetected', 'MemberRegistered', 'MemberUpdated', 'MilestoneCompleted', 'PartnershipCreated', 'PartnershipStageChanged'
  ])
  t.match(await engine.events.since(tenantId, `workspace:${id}`, number), [
    { name: 'CommentAdded', number: number + 1, data: { workspaceId: id, comment: { text: 'Two.', authorId: bo.actor.memberId } } },
    { name: 'AssetUploaded', number: number + 2, data: { workspaceId: id, asset: { name: 'Poster', version: 1 } } }
  ])
  await t.rejects(engine.events.emit(tenantId, { name: 'CommentAdded', data: { workspaceId: id, comment: { id: 'c' } } } as never, []), /has not its shape/)
})
