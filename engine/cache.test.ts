import t, { type Test } from 'tap'
import { openDoor } from '../test/door.js'
import { type Cache, openCache } from './cache.js'
import { waitUntil } from './embedded/process.js'

const redisUrl = process.env['TERAFFI_TEST_REDIS_URL'] ?? null
const key = (name: string) => `teraffi-test:${process.pid}:${name}`
const skip = redisUrl === null ? 'TERAFFI_TEST_REDIS_URL is not set' : false

t.test('in this process', (t) => suite(t, null))
t.test('on Redis', { skip }, (t) => suite(t, redisUrl))

/** One suite, two subjects: what a caller may expect of either. */
async function suite (t: Test, url: string | null): Promise<void> {
  const cache = openCache(url)
  t.teardown(() => cache.close())
  t.equal(cache.kind, url === null ? 'memory' : 'redis')

  t.test('gives back what was put in, as a copy', async (t) => {
    const value = { text: 'ünï\n', list: [1, null, { deep: true }] }
    await cache.set(key('a'), value, 60)
    value.text = 'changed later'
    t.strictSame(await cache.get(key('a')), { text: 'ünï\n', list: [1, null, { deep: true }] })
    t.strictSame(await cache.getMany([key('none'), key('a'), key('none')]), [undefined, { text: 'ünï\n', list: [1, null, { deep: true }] }, undefined])
    t.strictSame(await cache.getMany([]), [])
    await cache.del(key('a'), key('none'))
    t.equal(await cache.get(key('a')), undefined)
  })

  t.test('forgets after its time', async (t) => {
    await cache.set(key('short'), 1, 0.2)
    await cache.set(key('long'), 2, 60)
    t.equal(await cache.get(key('short')), 1)
    t.ok(await waitUntil(async () => await cache.get(key('short')) === undefined, 2_000))
    t.equal(await cache.get(key('long')), 2)
  })

  t.test('counts each call once, and the time runs from the first', async (t) => {
    const counts = await Promise.all(Array.from({ length: 20 }, () => cache.incrWithTtl(key('count'), 0.5)))
    t.strictSame(counts.sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i + 1))
    // Counting on must not prolong it: it starts anew although it never rests.
    t.ok(await waitUntil(async () => await cache.incrWithTtl(key('count'), 0.5) === 1, 3_000))
  })

  t.test('lets one be first', async (t) => {
    const tries = await Promise.all(['x', 'y', 'z'].map((name) => cache.setIfAbsent(key('lock'), name, 60)))
    t.equal(tries.filter(Boolean).length, 1)
    t.equal(await cache.get(key('lock')), ['x', 'y', 'z'][tries.indexOf(true)])
    await cache.del(key('lock'))
    t.equal(await cache.setIfAbsent(key('lock'), 'again', 60), true)
  })

  t.test('carries messages to all who listen to their channel, until they end it', async (t) => {
    const heard: unknown[] = []
    const ends = await Promise.all([1, 2].map((n) => cache.subscribe(key('news'), (message) => heard.push([n, message]))))
    await cache.subscribe(key('other'), () => t.fail('another channel'))
    await cache.publish(key('news'), { id: 7 })
    t.ok(await waitUntil(() => heard.length === 2, 2_000))
    t.strictSame(heard.sort(), [[1, { id: 7 }], [2, { id: 7 }]])

    await ends[0]!()
    await cache.publish(key('news'), 'second')
    t.ok(await waitUntil(() => heard.length === 3, 2_000))
    t.strictSame(heard[2], [2, 'second'])
  })

  t.strictSame(cache.health(), { degraded: false, reason: null })
}

t.test('Redis goes, hangs, returns', { skip }, async (t) => {
  const door = await openDoor(t, new URL(redisUrl!))
  const cache = openCache(`redis://127.0.0.1:${door.port}`)
  t.teardown(() => cache.close())
  await cache.set(key('kept'), 'before', 60)
  await cache.set(key('changed'), 'before', 60)

  door.shut()
  t.equal(await timely(t, cache.get(key('kept'))), undefined)
  t.match(cache.health(), { degraded: true, reason: String })
  await timely(t, cache.set(key('changed'), 'meanwhile', 60))
  t.equal(await timely(t, cache.get(key('changed'))), 'meanwhile', 'this process serves itself')
  t.equal(await timely(t, cache.incrWithTtl(key('limit'), 60)), 1)
  t.equal(await timely(t, cache.incrWithTtl(key('limit'), 60)), 2, 'limits hold')
  t.equal(await timely(t, cache.setIfAbsent(key('once'), 1, 60)), true)
  t.equal(await timely(t, cache.setIfAbsent(key('once'), 1, 60)), false)
  const heard: unknown[] = []
  await timely(t, cache.subscribe(key('local'), (message) => heard.push(message)))
  await timely(t, cache.publish(key('local'), 'here'))
  t.strictSame(heard, ['here'])

  door.open()
  t.ok(await waitUntil(() => !cache.health().degraded, 5_000), 'it comes back by itself')
  t.equal(await cache.get(key('kept')), 'before')
  t.equal(await cache.get(key('changed')), undefined, 'never what was overwritten while it was away')
  t.ok(await waitUntil(async () => { await cache.publish(key('local'), 'over there'); return heard.includes('over there') }, 5_000))

  door.hang()
  t.equal(await timely(t, cache.get(key('kept'))), undefined)
  t.ok(cache.health().degraded)
  door.open()
  t.ok(await waitUntil(async () => await cache.get(key('kept')) === 'before', 10_000))
})

t.test('garbage under our keys is as good as nothing', { skip }, async (t) => {
  const { Redis } = await import('ioredis')
  const redis = new Redis(redisUrl!)
  const cache = openCache(redisUrl)
  t.teardown(async () => { await cache.close(); redis.disconnect() })
  await redis.set(key('text'), '{not json')
  await redis.lpush(key('list'), 'x')
  await redis.lpush(key('tally'), 'x')

  t.equal(await cache.get(key('text')), undefined)
  t.equal(await cache.get(key('list')), undefined)
  t.equal(await cache.incrWithTtl(key('tally'), 60), 1)
  t.equal(await cache.incrWithTtl(key('tally'), 60), 1, 'the garbage is gone: Redis counts from here')
  t.equal(cache.health().degraded, false)
  await redis.del(key('text'), key('list'), key('tally'))
})

t.test('an address where nobody is does not stop anything', async (t) => {
  const cache: Cache = openCache('redis://127.0.0.1:1')
  t.teardown(() => cache.close())
  await timely(t, cache.set(key('a'), 1, 60))
  t.equal(await timely(t, cache.get(key('a'))), 1)
  t.ok(cache.health().degraded)
})

async function timely<T> (t: Test, work: Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await work
  t.ok(performance.now() - start < 1_500, 'no call waits for long')
  return result
}
