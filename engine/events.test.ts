import { randomUUID } from 'node:crypto'
import t from 'tap'
import type { EngineEvent, NumberedEvent } from '../models/events.js'
import { testEngine } from '../test/world.js'
import { openCache, type Cache } from './cache.js'
import { loadConfig } from './config.js'
import { openEvents } from './events.js'

const { graph } = await testEngine(t)
const milestone = (milestoneId: string): EngineEvent => ({ name: 'MilestoneCompleted', data: { partnershipId: 'p1', milestoneId } })
const P1 = ['partnership:p1']

/** Buses on one store. Each has its own cache where the cache is shared by a Redis, or is deaf to the others. */
function buses (t: { teardown: (end: () => Promise<void>) => void }, caches: Cache[], options = {}) {
  const all = caches.map((cache) => openEvents(graph, cache, options))
  t.teardown(async () => {
    for (const one of all) await one.close()
    for (const cache of caches) await cache.close()
  })
  return { tenantId: `test-${randomUUID()}`, all }
}

/** Hears a channel and waits for a count of events. */
function ear () {
  const heard: NumberedEvent[] = []
  let arrived = () => {}
  return {
    heard,
    listener: (event: NumberedEvent) => { heard.push(event); arrived() },
    numbers: () => heard.map(({ number }) => number),
    count: (count: number) => new Promise<void>((resolve) => {
      arrived = () => { if (heard.length >= count) resolve() }
      arrived()
    })
  }
}

t.test('A-19 events are numbered without gaps, stored, and heard on their channels in order', async (t) => {
  const { tenantId, all: [bus] } = buses(t, [openCache(null)])
  const [mine, other, elsewhere] = [ear(), ear(), ear()]
  await bus!.subscribe(tenantId, 'partnership:p1', mine.listener)
  await bus!.subscribe(tenantId, 'partnership:p2', other.listener)
  await bus!.subscribe(`${tenantId}-b`, 'partnership:p1', elsewhere.listener)

  await Promise.all(Array.from({ length: 20 }, (_, i) => bus!.emit(tenantId, milestone(`m${i}`), P1)))
  await bus!.emit(`${tenantId}-b`, milestone('theirs'), P1)
  await mine.count(20)
  await elsewhere.count(1)

  t.strictSame(mine.numbers(), Array.from({ length: 20 }, (_, i) => i + 1), 'in order, each once')
  t.strictSame(other.heard, [], 'not on another channel')
  t.match(elsewhere.heard, [{ number: 1, data: { milestoneId: 'theirs' } }], 'each tenant counts for itself')
  t.match(await bus!.since(tenantId, 'partnership:p1', 18), [{ number: 19 }, { number: 20, name: 'MilestoneCompleted', channels: P1 }])
  t.strictSame(await bus!.since(tenantId, 'partnership:p2', 0), [])
})

t.test('what has not its shape is our bug; what is told twice under one key is told once', async (t) => {
  const { tenantId, all: [bus] } = buses(t, [openCache(null)])
  await t.rejects(bus!.emit(tenantId, { name: 'MilestoneCompleted', data: { partnershipId: 'p1' } } as EngineEvent, P1), /has not its shape/)
  await t.rejects(bus!.emit(tenantId, { name: 'Nonsense', data: {} } as unknown as EngineEvent, P1), /has not its shape/)
  await Promise.all([1, 2, 3].map(() => bus!.emit(tenantId, milestone('m'), P1, 'outbox-7')))
  await bus!.emit(tenantId, milestone('n'), P1)
  t.match(await bus!.since(tenantId, 'partnership:p1', 0), [{ number: 1, data: { milestoneId: 'm' } }, { number: 2, data: { milestoneId: 'n' } }])
  t.equal(await bus!.last(tenantId), 2)
})

t.test('only the newest are kept, and who lags behind them is told so', async (t) => {
  const { tenantId, all: [bus] } = buses(t, [openCache(null)], { kept: 5 })
  for (let i = 0; i < 8; i++) await bus!.emit(tenantId, milestone(`m${i}`), P1)
  t.strictSame((await bus!.since(tenantId, 'partnership:p1', 3)).map(({ number }) => number), [4, 5, 6, 7, 8])
  await t.rejects(bus!.since(tenantId, 'partnership:p1', 2), { code: 'failed_precondition', message: /from 3 to 8, not from 2/ })
  await t.rejects(bus!.subscribe(tenantId, 'partnership:p1', () => {}, 9), { code: 'failed_precondition' }, 'a number that has not been')
})

t.test('a lagging reader resumes by number, without a gap or a repeat, while others emit', async (t) => {
  const { tenantId, all: [bus] } = buses(t, [openCache(null)])
  for (let i = 0; i < 10; i++) await bus!.emit(tenantId, milestone(`m${i}`), P1)
  const reader = ear()
  const emitting = Promise.all(Array.from({ length: 10 }, (_, i) => bus!.emit(tenantId, milestone(`n${i}`), P1)))
  const end = await bus!.subscribe(tenantId, 'partnership:p1', reader.listener, 4)
  await emitting
  await reader.count(16)
  t.strictSame(reader.numbers(), Array.from({ length: 16 }, (_, i) => i + 5))

  await end()
  await bus!.emit(tenantId, milestone('unheard'), P1)
  const again = ear()
  await bus!.subscribe(tenantId, 'partnership:p1', again.listener, 20)
  await again.count(1)
  t.equal(reader.heard.length, 16, 'who has left hears no more')
  t.strictSame(again.numbers(), [21])
})

/** Two processes: each its own bus. `deaf`: no Redis between them, so they find out by looking. */
const { redisUrl } = loadConfig()
const PAIRS: [string, () => Cache, object][] = [['deaf to each other', () => openCache(null), { pollMs: 50 }]]
if (redisUrl !== null) PAIRS.push(['joined by Redis', () => openCache(redisUrl), {}])

for (const [how, cache, options] of PAIRS) {
  t.test(`two processes on one store, ${how}, hear the same`, async (t) => {
    const { tenantId, all: [one, two] } = buses(t, [cache(), cache()], options)
    const [left, right] = [ear(), ear()]
    await one!.subscribe(tenantId, 'partnership:p1', left.listener)
    await two!.subscribe(tenantId, 'partnership:p1', right.listener)
    await Promise.all(Array.from({ length: 30 }, (_, i) => [one, two][i % 2]!.emit(tenantId, milestone(`m${i}`), P1)))
    await Promise.all([left.count(30), right.count(30)])
    const expected = Array.from({ length: 30 }, (_, i) => i + 1)
    t.strictSame(left.numbers(), expected)
    t.strictSame(right.numbers(), expected)
    t.strictSame(left.heard, right.heard)
  })
}
