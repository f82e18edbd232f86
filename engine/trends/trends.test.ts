import fc from 'fast-check'
import t from 'tap'
import type { NumberedEvent } from '../../models/events.js'
import { fact, world } from '../../test/world.js'
import { momentum, monthsUpTo, statusOf } from './momentum.js'

t.test('A-30 what a time line comes to', (t) => {
  const year = (baseline: number[], recent: number[]) => [...Array(9 - baseline.length).fill(0), ...baseline, ...recent]
  const cases: [string, number[], string][] = [
    ['heard of for the first time', year([], [0, 1, 2]), 'emerging'],
    ['twice is not yet something', year([], [0, 0, 2]), 'steady'],
    ['more and more', year(Array(9).fill(2), [4, 5, 6]), 'rising'],
    ['a lot, but less already', year(Array(9).fill(2), [7, 6, 5]), 'peaking'],
    ['as ever', year(Array(9).fill(3), [3, 4, 3]), 'steady'],
    ['less and less', year(Array(9).fill(6), [2, 1, 1]), 'fading'],
    ['nothing at all', Array(12).fill(0), 'steady']
  ]
  for (const [what, counts, status] of cases) t.equal(statusOf(counts), status, what)
  // (4+5+6)/3 + ½ = 5.5 against 2 + ½ = 2.5
  t.equal(momentum(year(Array(9).fill(2), [4, 5, 6])), 5.5 / 8)
  fc.assert(fc.property(fc.array(fc.nat(50), { minLength: 12, maxLength: 12 }), fc.integer({ min: 0, max: 11 }), (counts, at) => {
    const more = counts.map((count, i) => i === at ? count + 1 : count)
    const [score, after] = [momentum(counts), momentum(more)]
    return score > 0 && score < 1 && (at >= 9 ? after > score : after < score)
  }))
  t.end()
})

const said = (member: string, trend: string, month: string, i = 0) =>
  fact(`${member} COVERS_TOPIC trend:${trend}`, { observedAt: `${month}-1${i}T00:00:00.000Z`, source: `${member}/${month}/${i}` })
const MONTHS = monthsUpTo('2026-10', 12)

t.test('A-08 trends with their momentum, time line and members; what begins to rise is told', async (t) => {
  const w = await world(t,
    ...MONTHS.map((month) => said('ada', 'mending', month)),
    ...MONTHS.slice(0, 9).flatMap((month) => [0, 1, 2].map((i) => said('bo', 'ruffles', month, i))),
    ...[0, 1, 2].map((i) => said('cy', 'foraging', '2026-10', i)))
  const { engine, tenantId } = w
  const heard: NumberedEvent[] = []
  await engine.events.subscribe(tenantId, 'trends', (event) => { heard.push(event) })

  const trends = await engine.culturalTrends(tenantId, {})
  t.match(trends, [
    { id: 'trend:foraging', momentum_score: 1.5 / 2, status: 'emerging', relevantMembers: [{ id: 'member:cy', name: 'cy' }] },
    { id: 'trend:mending', momentum_score: 0.5, status: 'steady' },
    { id: 'trend:ruffle', momentum_score: 0.5 / 4, status: 'fading' }
  ])
  t.strictSame(trends[0]!.timeline, MONTHS.map((month) => ({ month, evidence: month === '2026-10' ? 3 : 0 })))
  t.strictSame((await engine.culturalTrends(tenantId, { status: 'fading' })).map(({ id }) => id), ['trend:ruffle'])
  t.equal((await engine.culturalTrends(tenantId, { limit: 1 })).length, 1)
  t.strictSame(await engine.culturalTrends(tenantId, { category: 'food' }), [])
  t.match(heard, [{ name: 'CulturalTrendDetected', data: { trend: { id: 'trend:foraging', status: 'emerging' }, relevantMembers: ['member:cy'] }, channels: ['trends', 'affinity:member:cy'] }])
  t.equal(heard.length, 1, 'asking again tells nothing again')

  await engine.learn(tenantId, { facts: [0, 1, 2, 3].map((i) => said('dan', 'mending', '2026-10', i)) })
  await engine.culturalTrends(tenantId, {})
  t.match(heard[1], { data: { trend: { id: 'trend:mending', status: 'rising' }, relevantMembers: ['member:ada', 'member:dan'] } })
  t.equal(heard.length, 2)
})

t.test('momentum is a term of the score, and a cached answer follows it', async (t) => {
  const { engine, tenantId } = await world(t, ...MONTHS.map((month) => said('ada', 'mending', month)), said('bo', 'mending', '2026-10'))
  const trend = async () => (await engine.recommendations(tenantId, { memberId: 'member:ada' })).data[0]!.components.trend
  t.equal(await trend(), 0.5, 'not worked out yet: steady')
  const score = (await engine.culturalTrends(tenantId, {}))[0]!.momentum_score
  t.ok(score > 0.5)
  t.equal(await trend(), score)
})

t.test('what a member keeps to himself is no evidence for others', async (t) => {
  const { engine, tenantId } = await world(t, said('ada', 'mending', '2026-10'))
  t.equal((await engine.culturalTrends(`${tenantId}-other`, {})).length, 0, 'each tenant has its own')
  const before = await engine.culturalTrends(tenantId, {})
  await engine.learn(tenantId, { facts: [0, 1, 2].map((i) => ({ ...said('ada', 'mending', '2026-10', i), source: `member:ada/goals${i}`, visibility: 'private' as const })) })
  t.strictSame(await engine.culturalTrends(tenantId, {}), before, 'neither is it where the same was said in public as well')
})
