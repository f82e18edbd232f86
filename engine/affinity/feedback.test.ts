import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Answer } from '../../models/affinity.js'
import { FEEDBACK_TYPES, STANCES, type FeedbackRequest } from '../../models/feedback.js'
import type { NumberedEvent } from '../../models/events.js'
import { fact, NOW, world } from '../../test/world.js'

type World = Awaited<ReturnType<typeof world>>
const ADA = 'member:ada'
/** Bo and ten others like what Ada likes, each a little less surely. */
const others = Array.from({ length: 10 }, (_, i) => fact(`o${i} HAS_AFFINITY_WITH jazz`, { confidence: 0.95 - i / 20 }))
const jazz = (t: Parameters<typeof world>[0]) => world(t, 'ada HAS_AFFINITY_WITH jazz', 'bo HAS_AFFINITY_WITH jazz', 'tim HAS_AFFINITY_WITH tea', ...others)
const list = ({ engine, tenantId }: World, more = {}): Promise<Answer> => engine.recommendations(tenantId, { memberId: ADA, kind: 'member', ...more })
const ids = ({ data }: Answer) => data.map(({ id }) => id)
const say = ({ engine, tenantId }: World, type: FeedbackRequest['type'], targetId: string, more = {}, options = {}) =>
  engine.giveFeedback(tenantId, ADA, { type, targetId, ...more }, options)

t.test('A-07 what one rejects or hides leaves the list at once, also the cached one', async (t) => {
  const w = await jazz(t)
  const first = await list(w)
  t.equal(ids(first)[0], 'member:bo')
  t.equal((await list(w)).meta.cached, true)

  const { feedback, created } = await say(w, 'reject', 'member:bo', { reason: 'too loud', recommId: first.meta.recommId })
  t.match(feedback, { memberId: ADA, targetId: 'member:bo', type: 'reject', reason: 'too loud', recommId: first.meta.recommId, value: null })
  t.equal(created, true)
  await say(w, 'hide', 'member:o0')
  const second = await list(w)
  t.notOk(ids(second).includes('member:bo') || ids(second).includes('member:o0'))
  t.not(second.meta.recommId, first.meta.recommId, 'it is another list')
  t.ok(ids(await w.engine.recommendations(w.tenantId, { memberId: 'member:o1', kind: 'member' })).includes('member:bo'), 'for others nothing changes')
  t.notOk((await w.engine.discover(w.tenantId, { memberId: ADA, limit: 50 })).data.some(({ id }) => id === 'member:bo'), 'discover leaves him out too')

  await w.engine.withdrawFeedback(w.tenantId, ADA, feedback.id)
  t.equal(ids(await list(w))[0], 'member:bo', 'taken back, it is as before')
})

t.test('what one accepts is raised, with the reason', async (t) => {
  const w = await jazz(t)
  const before = (await list(w, { explain: 'full', limit: 20 })).data
  await say(w, 'accept', 'member:o9', { reason: 'we met', at: '2026-10-30' })
  const [first, ...rest] = (await list(w, { explain: 'full', limit: 20 })).data
  t.match(first, { id: 'member:o9', components: { feedback: 1 } })
  t.match(first!.reasons.find(({ term }) => term === 'feedback'), { value: 1, text: 'ada accepted o9, on 2026-10-30: “we met”.', path: [ADA, /^g/, 'member:o9'] })
  t.ok(Math.abs(first!.score - before.find(({ id }) => id === 'member:o9')!.score - 1) < 1e-12, 'by exactly that')
  t.strictSame(rest.map(({ id, score }) => [id, score]), before.filter(({ id }) => id !== 'member:o9').map(({ id, score }) => [id, score]), 'nobody else is moved')
  const asOf = await w.engine.discover(w.tenantId, { memberId: ADA, asOf: '2026-10-29', kinds: ['member'] })
  t.notOk(asOf.data.some(({ components }) => 'feedback' in components), 'as of the day before, it was not said')
})

t.test('feedback is no fact: it lends nobody a score and takes none away', async (t) => {
  const w = await jazz(t)
  const scores = async () => JSON.stringify([
    (await w.engine.discover(w.tenantId, { memberId: 'member:bo', kinds: ['member', 'topic', 'item'], limit: 50, explain: 'full' })).data,
    await w.engine.neighborhood(w.tenantId, 'topic:jazz', {}), await w.engine.neighborhood(w.tenantId, 'member:o3', {})
  ])
  const before = await scores()
  for (const type of FEEDBACK_TYPES.filter((type) => !STANCES.includes(type))) await say(w, type, 'topic:tea')
  for (const target of ['topic:jazz', 'member:o3', 'member:bo']) await say(w, 'accept', target)
  t.equal(await scores(), before, 'bit for bit')
  const facts = await w.engine.query(w.tenantId, 'affinity/seeds', { entityId: ADA, viewerId: ADA, now: NOW, limit: 100 })
  t.strictSame(facts.map(({ id }) => id), ['topic:jazz'])
  t.strictSame(await w.engine.query(w.tenantId, 'affinity/excluded', { entityId: ADA, now: NOW }), [{ id: 'topic:jazz', why: 'seen' }], 'what was clicked is not what one has')
})

t.test('POST keeps what was said, PUT overwrites it; other types are kept as they are', async (t) => {
  const w = await jazz(t)
  const version = async () => (await w.engine.query(w.tenantId, 'graph/version', {}))[0]!.version
  const { feedback: { id } } = await say(w, 'reject', 'member:bo', { at: NOW, reason: 'no' })
  const held = await version()
  t.match(await say(w, 'reject', 'member:bo', { at: NOW, reason: 'again' }), { created: false, feedback: { id, reason: 'no' } }, 'said again, it changes nothing')
  t.equal(await version(), held)
  await t.rejects(say(w, 'accept', 'member:bo'), { code: 'failed_precondition', message: /rejected already; PUT/ })
  t.equal(await version(), held, 'nor does what is refused')
  t.match(await say(w, 'accept', 'member:bo', { at: NOW }, { overwrite: true }), { created: false, feedback: { id, type: 'accept', reason: null } })
  t.equal(ids(await list(w))[0], 'member:bo')

  const stored = await version()
  const { feedback: rated } = await say(w, 'rated', 'member:o2', { value: 4.5 })
  t.match(rated, { type: 'rated', value: 4.5 })
  await Promise.all([1, 2, 3].map(() => say(w, 'shown', 'member:o2')))
  t.equal(await version(), stored, 'what changes no answer makes none stale')
  t.strictSame((await w.engine.query(w.tenantId, 'affinity/feedback-given', { memberId: ADA })).length, 3)

  await t.rejects(say(w, 'accept', 'member:nobody'), { code: 'not_found', message: /member:nobody/ })
  await t.rejects(say(w, 'accept', ADA), { code: 'invalid_argument' })
  await t.rejects(w.engine.giveFeedback(w.tenantId, 'topic:jazz', { type: 'accept', targetId: ADA }), { code: 'invalid_argument', message: /Only members/ })
  await t.rejects(w.engine.withdrawFeedback(w.tenantId, 'member:bo', id), { code: 'not_found' }, 'what another said is not mine to take back')
  await t.rejects(w.engine.giveFeedback('test-other', ADA, { type: 'accept', targetId: 'member:bo' }), { code: 'not_found' }, 'another tenant is as good as missing')
})

t.test('A-06 page after page, nobody twice and nobody left out, whatever is written between', async (t) => {
  const w = await jazz(t)
  const all = ids(await list(w, { limit: 100 }))
  t.equal(all.length, 11)
  const first = await list(w, { limit: 4 })
  const second = await list(w, { limit: 4, cursor: first.meta.cursor })
  const third = await list(w, { limit: 4, cursor: second.meta.cursor })
  t.strictSame([first, second, third].flatMap(ids), all)
  t.equal(third.meta.cursor, null)
  t.strictSame([first, second, third].map(({ meta }) => meta.recommId), Array(3).fill(first.meta.recommId), 'they are of one list')
  t.strictSame(second.data.map(({ rank }) => rank), [5, 6, 7, 8])
  const whole = (await list(w, { limit: 100 })).data
  t.strictSame(second.data.map(({ score }) => score), whole.slice(4, 8).map(({ score }) => score), 'with the scores of the whole')

  // The graph moves on: someone comes in at the top, one of page two is rejected, another is accepted.
  await w.engine.learn(w.tenantId, { facts: [fact('zoe HAS_AFFINITY_WITH jazz')] })
  await say(w, 'reject', all[5]!)
  await say(w, 'accept', all[9]!)
  const again = await list(w, { limit: 4, cursor: first.meta.cursor })
  t.strictSame(ids(again), [all[4], all[6], all[7], all[8]], 'the list of the cursor goes on; who was rejected since is passed over')
  const rest = await list(w, { limit: 4, cursor: again.meta.cursor })
  t.strictSame(ids(rest), all.slice(9))
  t.ok('feedback' in rest.data[0]!.components, 'what is told of each is of now')

  await t.rejects(list(w, { cursor: first.meta.cursor, kind: 'brand' }), { code: 'invalid_argument', message: /another question/ })
  await t.rejects(list(w, { cursor: 'nonsense' }), { code: 'invalid_argument', message: /no cursor/ })
})

t.test('A-19 a list that is made afresh is told, a cached one is not', async (t) => {
  const w = await jazz(t)
  const heard: NumberedEvent[] = []
  await w.engine.events.subscribe(w.tenantId, `affinity:${ADA}`, (event) => { heard.push(event) })
  const { data } = await list(w)
  await list(w)
  for (let wait = 0; heard.length === 0 && wait < 100; wait++) await sleep(20) // it is told beside the answer
  t.match(heard, [{ name: 'AffinityCalculated', data: { memberId: ADA } }])
  t.equal(heard.length, 1)
  const { matches } = heard[0]!.data as { matches: Answer['data'] }
  t.strictSame(matches.map(({ id, score }) => [id, score]), data.map(({ id, score }) => [id, score]))
})
