import t from 'tap'
import { buildApp } from '../../api/app.js'
import { loggedIn, type Login } from '../../test/login.js'
import { fact, testEngine } from '../../test/world.js'
import type { Affinity, CitedFact } from '../../models/affinity.js'

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
const API = '/api/v1'

async function ask<T> (method: string, url: string, { headers }: Login, payload?: object): Promise<T> {
  const answer = await app.inject({ method: method as 'GET', url: API + url, headers, ...payload && { payload } })
  t.equal(answer.statusCode, 200, `${method} ${url}: ${answer.body.slice(0, 200)}`)
  return answer.json().data
}
const facts = async (of: Login, seen: Login = of) => (await ask<{ facts: CitedFact[] }>('GET', `/graph/neighborhood/${of.actor.memberId}?limit=100`, seen)).facts
const says = (some: CitedFact[]) => some.map(({ relation, object }) => `${relation} ${object}`).sort()

/** Two of one tenant who both like jazz: the one who looks, and the one who is found. */
async function two () {
  const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
  const bo = await loggedIn(app, engine, { name: 'Bo Moss', tenantId: ada.actor.tenantId })
  await ask('PATCH', '/members/profile', ada, { basicInfo: { about: 'I love jazz. I love chess.' } })
  await ask('PATCH', '/members/profile', bo, { basicInfo: { about: 'I love jazz.' }, goals: { about: 'I look for chess players in Leeds.' } })
  return { ada, bo, tenantId: ada.actor.tenantId }
}
const matches = (of: Login) => ask<Affinity[]>('POST', '/affinity/discover', of, { kinds: ['member'], explain: 'full', minScore: -100 })
const refOf = ({ actor }: Login, name: string) => ({ id: actor.memberId, label: 'Member' as const, name })
const validity = async (tenantId: string, entityId: string) =>
  (await engine.graph.read<{ otherId: string, fact: { validTo?: string, evidence: string[] } }>('graph/neighborhood', { tenantId, entityId, limit: 100 }))

t.test('A-03: a profile is five groups; PUT replaces, PATCH merges', async (t) => {
  const ada = await loggedIn(app, engine, { name: 'Ada Lind', industry: 'music' })
  t.same(await ask('GET', '/members/profile', ada), {
    id: 'member:ada-lind',
    name: 'Ada Lind',
    basicInfo: { name: 'Ada Lind' },
    businessInfo: { type: 'creator', industry: 'music' },
    goals: {},
    preferences: {},
    verification: { email: 'unverified', business: 'unverified', identity: 'unverified' }
  })
  t.match(await ask('PATCH', '/users/me', ada, { goals: { about: 'I look for drummers.' }, businessInfo: { industry: null } }),
    { basicInfo: { name: 'Ada Lind' }, businessInfo: { type: 'creator', industry: undefined }, goals: { about: 'I look for drummers.' } })
  const put = { basicInfo: { name: 'Ada Lindqvist', about: 'I play jazz.' }, preferences: { about: 'No tobacco.' } }
  t.match(await ask('PUT', '/members/profile', ada, put), { name: 'Ada Lindqvist', ...put, businessInfo: {}, goals: {} })
  const [entity] = await engine.graph.read<{ name: string, properties: object }>('graph/entity', { tenantId: ada.actor.tenantId, entityId: 'member:ada-lind' })
  t.match(entity, { name: 'Ada Lindqvist', properties: { profile: 'I play jazz.', goals: 'No tobacco.', industry: undefined } })
})

t.test('what a text no longer says is closed, not deleted; said again, it holds again', async (t) => {
  const ada = await loggedIn(app, engine)
  const { tenantId, memberId } = ada.actor
  const tell = (about: string) => ask('PATCH', '/members/profile', ada, { basicInfo: { about } })
  const of = async (id: string) => (await validity(tenantId, memberId)).find(({ otherId }) => otherId === id)!.fact
  const version = async () => (await engine.graph.read<{ version: number }>('graph/version', { tenantId }))[0]!.version

  await tell('I love jazz. I love chess.')
  const before = await of('topic:chess')
  t.equal(before.validTo, undefined)
  await tell('I love jazz.')
  const today = new Date().toISOString().slice(0, 10)
  t.match(await of('topic:chess'), { validTo: today, evidence: [before.evidence[0]! + '\t\t' + today] })
  t.equal((await of('topic:jazz')).validTo, undefined)

  const at = await version()
  await tell('I love jazz.')
  t.equal(await version(), at, 'the same again changes nothing')
  await tell('I love jazz. I love chess.')
  t.same(await of('topic:chess'), { ...before, version: at + 1 }, 'and back')

  await engine.learn(tenantId, { facts: [fact('ada HAS_AFFINITY_WITH chess', { subject: refOf(ada, 'Ada Lind') })] })
  await tell('I love jazz.')
  t.equal((await of('topic:chess')).validTo, undefined, 'someone else still says so')
})

t.test('a closed fact lends no score', async (t) => {
  const { ada, bo } = await two()
  const shared = async () => (await matches(bo))[0]?.components.shared ?? 0
  t.ok(await shared() > 0)
  await ask('PATCH', '/members/profile', ada, { basicInfo: { about: 'I love chess.' } })
  t.equal(await shared(), 0)
})

t.test('A-25: what is private is not in answers, not in scores, not in the index of others', async (t) => {
  const { ada, bo, tenantId } = await two()
  const [seen] = await matches(bo)
  t.ok(seen!.components.shared! > 0 && seen!.components.similarity! > 0)
  t.ok(says(await facts(ada, bo)).includes('HAS_AFFINITY_WITH topic:jazz'))

  t.same(await ask('PUT', '/members/privacy', ada, { basicInfo: 'private' }), { basicInfo: 'private', businessInfo: 'public', goals: 'public', preferences: 'public' })
  const hidden = (await matches(bo)).find(({ id }) => id === ada.actor.memberId)
  t.equal(hidden?.components.shared, undefined, 'no score from it')
  t.equal(hidden?.components.similarity, undefined, 'no likeness either')
  t.same(says(await facts(ada, bo)), [], 'nor is it around the node')
  t.same((await ask<{ basicInfo?: object, name: string }>('GET', `/members/${ada.actor.memberId}`, bo)).basicInfo, undefined)
  const { body } = await app.inject({ url: `${API}/graph/neighborhood/topic:jazz`, headers: bo.headers })
  t.notOk(body.includes('Ada Lind'), 'nor around what it is about')
  const filtered = await ask<Affinity[]>('POST', '/affinity/discover', bo, { filters: { interests: ['jazz'] }, minScore: -100 })
  t.notOk(filtered.some(({ id }) => id === ada.actor.memberId), 'nor found by a filter')

  t.ok(says(await facts(ada)).includes('HAS_AFFINITY_WITH topic:jazz'), 'one sees one\'s own')
  const mine = (await matches(ada)).find(({ id }) => id === bo.actor.memberId)!
  t.ok(mine.components.shared! > 0, 'and is still well matched oneself')
  t.ok(mine.reasons.some(({ facts }) => facts.some(({ sentence }) => sentence === 'I love jazz.')))

  await engine.learn(tenantId, { facts: [fact('ada HAS_AFFINITY_WITH jazz', { subject: refOf(ada, 'Ada Lind'), confidence: 0.5, sentence: 'Ada is often at jazz nights.' })] })
  const said = (await facts(ada, bo)).find(({ object }) => object === 'topic:jazz')
  t.match(said, { sentence: 'Ada is often at jazz nights.', confidence: 0.5 }, 'what others say in public is theirs; her own words neither add to it nor show')

  await ask('PUT', '/members/privacy', ada, { basicInfo: 'public' })
  t.ok((await matches(bo))[0]!.components.similarity! > 0, 'and open again')
})

t.test('what is for the network is shown to partners by a deal that both have a hand in, not to those who say they are', async (t) => {
  const { ada, bo } = await two()
  await ask('PUT', '/members/privacy', bo, { goals: 'network' })
  const goals = async (seen = ada) => (await ask<{ goals?: object }>('GET', `/members/${bo.actor.memberId}`, seen)).goals
  t.equal(await goals(), undefined)
  const claim = () => ask('POST', '/onboarding', ada, { name: 'Ada Lind', answers: ['I partner with Bo Moss.', 'I look for chess players.'] })
  await claim()
  t.equal(await goals(), undefined, 'anyone may say so')

  const members = [{ memberId: ada.actor.memberId }, { memberId: bo.actor.memberId }]
  const { id } = await ask<{ id: string }>('POST', '/partnerships', ada, { title: 'Jazz and chess', members })
  await ask('PUT', `/partnerships/${id}/stage`, ada, { stage: 'initial_contact' })
  t.equal(await goals(), undefined, 'anyone may propose as well, and go on alone')
  await ask('PUT', `/partnerships/${id}/stage`, bo, { stage: 'negotiation' })
  t.match(await goals(), { about: 'I look for chess players in Leeds.' })
  const cy = await loggedIn(app, engine, { name: 'Cy Frey', tenantId: ada.actor.tenantId })
  t.equal(await goals(cy), undefined, 'a deal of others is none of theirs')

  await ask('PATCH', `/partnerships/${id}`, ada, { status: 'cancelled' })
  await claim()
  t.equal(await goals(), undefined, 'what is over is over, whoever says otherwise')
})

t.test('whoever looks through another\'s eyes sees no more than their own would', async (t) => {
  const { ada, bo } = await two() // Ada is the admin
  await ask('PATCH', '/members/profile', ada, { basicInfo: { about: 'I love quokkaberry. I sell zines.' } })
  await ask('PATCH', '/members/profile', bo, { basicInfo: { about: 'I love quokkaberry. I look for zines.' } })
  await ask('POST', '/affinity/feedback', bo, { targetId: ada.actor.memberId, type: 'accept', reason: 'she owes me a favour' })
  await ask('PUT', '/members/privacy', bo, { basicInfo: 'private' })
  const { memberId } = bo.actor
  const heard: object[] = []
  const stop = await engine.events.subscribe(bo.actor.tenantId, `affinity:${memberId}`, (event) => { heard.push(event) })
  const seen = async (by: Login) => JSON.stringify(await Promise.all([
    ask('POST', '/affinity/discover', by, { memberId, kinds: ['member', 'topic'], explain: 'full', minScore: -100 }),
    ask('GET', `/affinity/recommendations?memberId=${memberId}&explain=full`, by),
    ask('GET', `/affinity/explain?member=${memberId}&target=${ada.actor.memberId}`, by)
  ]))
  t.notMatch(await seen(ada), /quokkaberry|look for zines|owes me/)
  t.strictSame(heard, [], 'and what they see is no news for the member')
  t.match(await seen(bo), /quokkaberry.*owes me/, 'for oneself all of it counts, whatever was cached for others')
  t.notMatch(await seen(ada), /quokkaberry|look for zines|owes me/, 'nor do they find in the cache what it keeps for the member')
  await stop()
})

t.test('a name that was only said in private is known to nobody else, on any surface', async (t) => {
  const { ada, bo } = await two()
  await ask('PUT', '/members/privacy', bo, { basicInfo: 'private', goals: 'network' })
  await ask('PATCH', '/members/profile', bo, { basicInfo: { about: 'I love jazz. I love quokkaberry. I avoid Xavier Blott.' }, goals: { about: 'I look for zorblax.' } })
  const seen = async (url: string, { headers }: Login, payload?: object) =>
    (await app.inject({ method: payload ? 'POST' : 'GET', url, headers, ...payload && { payload } })).body.replace(/"message":.*/, '')
  const everywhere = async (by: Login, id = 'topic:quokkaberry') => [
    await seen('/graphql', by, { query: '{ topics { id } topicsConnection { totalCount edges { node { id } } } members { id } }' }),
    await seen('/graphql', by, { query: `{ topics(where: { id: { eq: "${id}" } }) { id } }` }),
    await seen(`${API}/graph/neighborhood/${id}`, by),
    await seen(`${API}/affinity/explain?target=${id}`, by),
    await seen(`${API}/affinity/discover`, by, { query: 'quokkaberry and zorblax', kinds: ['topic', 'member'], minScore: -100 }),
    await seen(`${API}/affinity/feedback`, by, { targetId: id, type: 'clicked' }),
    await seen(`${API}/partnerships`, by, { title: 'x', members: [{ memberId: by.actor.memberId }, { memberId: id }] })
  ].join('\n')
  t.notMatch(await everywhere(ada), /quokkaberry|zorblax|xavier/i)
  t.match((await app.inject({ url: `${API}/members/member:xavier-blott`, headers: ada.headers })).statusCode, 404)
  t.match(await everywhere(ada), /"id":"topic:jazz"/, 'what others said in public as well is everyone\'s')
  t.match(await everywhere(bo), /quokkaberry/, 'one\'s own names are there for oneself')

  await ask('PATCH', '/members/profile', ada, { basicInfo: { about: 'I love jazz. I sell zorblax.' } })
  t.match(await seen('/graphql', ada, { query: '{ topics { id } }' }), /zorblax/, 'said by another in public, it is public')
  await ask('PUT', '/members/privacy', bo, { basicInfo: 'public' })
  t.match(await seen('/graphql', ada, { query: '{ topics { id } }' }), /quokkaberry/)
  await ask('PUT', '/members/privacy', bo, { basicInfo: 'private' })
  t.notMatch(await everywhere(ada), /quokkaberry/, 'and taken back')
})

t.test('an export holds nothing that others keep to themselves', async (t) => {
  const { ada, bo } = await two()
  await ask('PATCH', '/members/profile', bo, { basicInfo: { about: 'I love jazz. I avoid Ada Lind. Ada Lind loves jazz.' }, goals: { about: 'I look for Ada Lind.' } })
  await ask('PUT', '/members/privacy', bo, { basicInfo: 'private' })
  const exported = JSON.stringify(await ask('GET', '/members/export', ada))
  t.match(exported, 'I love jazz. I love chess.')
  t.match(exported, 'I look for Ada Lind.', 'what others say in public is there')
  t.notMatch(exported, /avoid|Ada Lind loves jazz|bo-moss\/basicInfo/)
})

t.test('an onboarding is the member\'s own, with the corrections of the person', async (t) => {
  const ada = await loggedIn(app, engine)
  const answers = ['I love jazz. I love chess.', 'Brands that mend shoes. I look for drummers.']
  const { triples } = engine.understand({ name: 'Ada Lind', answers })
  const kept = triples.filter(({ object }) => object !== 'chess')
  t.ok(kept.length < triples.length)
  await ask('POST', '/onboarding', ada, { name: 'Ada Lind', answers, triples: kept })
  const said = await facts(ada)
  t.equal(said.length, kept.length)
  t.notOk(said.some(({ object }) => object === 'topic:chess'))
  t.match(said.find(({ object }) => object === 'topic:drummer'), { relation: 'SEEKS', source: 'member:ada-lind/goals', sentence: 'I look for drummers.', span: { start: 24, end: 44 } })
  t.match(await ask('GET', '/users/me', ada), { basicInfo: { about: answers[0] }, goals: { about: answers[1] } })
})

t.test('no store says the name of who was erased, though others had written it down', async (t) => {
  const { ada, tenantId } = await two()
  const zed = await loggedIn(app, engine, { name: 'Zoë (Vim) Blewort', tenantId })
  const members = [{ memberId: zed.actor.memberId }, { memberId: ada.actor.memberId }]
  const asked = (by: Login, method: string, url: string, payload: object, key = 'k1') =>
    app.inject({ method: method as 'POST', url: API + url, payload, headers: { ...by.headers, 'idempotency-key': key } })
  const { id } = (await asked(ada, 'POST', '/partnerships', { title: 'Zoë (Vim) Blewort × Ada', members })).json().data
  await asked(ada, 'PATCH', `/partnerships/${id}`, { title: 'Ada and Zoë (Vim) Blewort, at last' })
  await asked(ada, 'PUT', `/partnerships/${id}/stage`, { stage: 'initial_contact', reason: 'Zoë (Vim) Blewort said yes' })
  await asked(ada, 'POST', `/partnerships/${id}/milestones`, { title: 'Lunch with Zoë (Vim) Blewort' })
  const room = (await asked(zed, 'POST', '/collaboration/workspaces', { partnershipId: id })).json().data
  await asked(zed, 'POST', `/partnerships/${id}/transactions`, { type: 'payment', amountMinor: 100, note: 'from Zoë (Vim) Blewort' })
  const others = (await asked(ada, 'POST', '/partnerships', { title: 'As Zoë (Vim) Blewort would', members: [members[1], { memberId: (await loggedIn(app, engine, { name: "Cy O'Frey", tenantId })).actor.memberId }] }, 'k2')).json().data.id
  await ask('DELETE', '/users/me', zed)

  const said = await Promise.all(['', '/history', '/transactions'].map((rest) => ask('GET', `/partnerships/${id}${rest}`, ada)))
  said.push(await ask('GET', `/collaboration/workspaces/${room.id}`, ada), await ask('GET', `/audit?entityId=${id}`, ada))
  t.notMatch(JSON.stringify(said), /Blewort|blewort/)
  t.match(said, [{ title: 'Ada and someone, at last', milestones: [{ title: 'Lunch with someone' }] }, {}, [{ note: 'from someone' }], { name: 'Ada and someone, at last' }])
  t.match(await ask('GET', `/partnerships/${others}`, ada), { title: 'As Zoë (Vim) Blewort would' }, 'nobody changes the deals of others by a name and by leaving')
})

t.test('export holds everything of oneself; erasure leaves nothing', async (t) => {
  const { ada, bo, tenantId } = await two()
  const { memberId } = bo.actor
  await ask('PATCH', '/members/profile', bo, { goals: { about: 'I look for chess players in Leeds. Quillfish sells tea.' } })
  const exported = await ask<{ account: object, saidByYou: object[] }>('GET', '/members/export', bo)
  t.match(exported, { account: { email: bo.email }, profile: { basicInfo: { about: 'I love jazz.' } }, privacy: { goals: 'public' } })
  t.ok(JSON.stringify(exported.saidByYou).includes('Quillfish'), 'also what is said of others')
  t.notMatch(JSON.stringify(exported), /argon2|passwordHash/)

  await ask('DELETE', '/users/me', bo)
  t.equal((await app.inject({ url: `${API}/users/me`, headers: bo.headers })).statusCode, 401)
  await t.rejects(engine.accounts.login({ email: bo.email, password: 'correct horse battery' }), { code: 'unauthenticated' })
  await t.rejects(engine.accounts.refresh(bo.refreshToken), { code: 'unauthenticated' })
  t.same(await engine.graph.read('graph/entity', { tenantId, entityId: memberId }), [])
  t.same(await engine.graph.read('accounts/documents', { tenantId, owner: memberId }), [])
  const left = JSON.stringify(await engine.graph.read('graph/facts', { tenantId, after: '', limit: 1000 }))
  t.notMatch(left, /Bo Moss|bo-moss|Quillfish/)
  t.same(await engine.graph.read('graph/entity', { tenantId, entityId: 'brand:quillfish' }), [], 'nor what only they had named')
  t.notOk(engine.index.vector(tenantId, 'profile', memberId))
  t.ok(says(await facts(ada)).includes('HAS_AFFINITY_WITH topic:jazz'), 'what others said stays')
  t.notOk((await matches(ada)).some(({ id }) => id === memberId))
})
