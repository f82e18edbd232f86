import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type * as Driver from 'ioredis'
import { LRUCache } from 'lru-cache'

/**
 * What may be forgotten: answers, counters, short locks. Keys carry the version of what they were made from, so nothing is
 * invalidated; it only goes by another name. Values are JSON in both kinds, so that neither hands out shared objects.
 */
export interface Cache {
  kind: 'redis' | 'memory'
  get<T> (key: string): Promise<T | undefined>
  getMany<T> (keys: string[]): Promise<Array<T | undefined>>
  set (key: string, value: unknown, ttlSeconds: number): Promise<void>
  del (...keys: string[]): Promise<void>
  /** Adds one and returns the sum; the time runs from the first. */
  incrWithTtl (key: string, ttlSeconds: number): Promise<number>
  /** True for the one that was first. */
  setIfAbsent (key: string, value: unknown, ttlSeconds: number): Promise<boolean>
  publish (channel: string, message: unknown): Promise<void>
  /** Returns how to end it. */
  subscribe (channel: string, listener: (message: unknown) => void): Promise<() => Promise<void>>
  /** Degraded: Redis does not answer, and this process serves itself until it does. */
  health (): { degraded: boolean, reason: string | null }
  close (): Promise<void>
}

/**
 * How long an answer may be kept, in seconds, by the first word of its key: those of the sheet (SPEC 2.9) that are kept here. Profiles,
 * partnerships and figures are read where they live: who may see them can change without a new version of the graph.
 */
export const LIFETIMES_S = { affinity_recommendations: 3600 } as const

export function openCache (redisUrl: string | null): Cache {
  return redisUrl === null ? memoryCache() : redisCache(redisUrl)
}

const BYTES_MAX = 64 * 1024 * 1024
const ENTRIES_MAX = 100_000
const ms = (seconds: number) => Math.max(1, Math.round(seconds * 1000))

function memoryCache (): Cache & { clear (): void } {
  const entries = new LRUCache<string, string>({ max: ENTRIES_MAX, maxSize: BYTES_MAX, sizeCalculation: (text, key) => text.length + key.length + 1 })
  const channels = new EventEmitter().setMaxListeners(0)
  const read = (key: string) => parse(entries.get(key))

  return {
    kind: 'memory',
    get: async <T>(key: string) => read(key) as T | undefined,
    getMany: async <T>(keys: string[]) => keys.map((key) => read(key) as T | undefined),
    set: async (key, value, ttlSeconds) => { entries.set(key, JSON.stringify(value), { ttl: ms(ttlSeconds) }) },
    del: async (...keys) => { for (const key of keys) entries.delete(key) },
    incrWithTtl: async (key, ttlSeconds) => {
      const count = Number(entries.get(key) ?? 0) + 1
      entries.set(key, String(count), { ttl: count === 1 ? ms(ttlSeconds) : entries.getRemainingTTL(key) })
      return count
    },
    setIfAbsent: async (key, value, ttlSeconds) => {
      if (entries.has(key)) return false
      entries.set(key, JSON.stringify(value), { ttl: ms(ttlSeconds) })
      return true
    },
    publish: async (channel, message) => { channels.emit(channel, JSON.stringify(message)) },
    subscribe: async (channel, listener) => {
      const hear = (text: string) => listener(parse(text))
      channels.on(channel, hear)
      return async () => { channels.off(channel, hear) }
    },
    health: () => ({ degraded: false, reason: null }),
    close: async () => {
      entries.clear()
      channels.removeAllListeners()
    },
    clear: () => entries.clear()
  }
}

const COUNT = "local count = redis.call('INCR', KEYS[1]) if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return count"
const REST_MS = 1_000 // how long a Redis that failed is left alone

/** Redis, and while it is away the same in this process. No call waits for it longer than half a second, and none throws. */
function redisCache (url: string): Cache {
  const { Redis } = createRequire(import.meta.url)('ioredis') as typeof Driver // few have one, and it takes a while to load
  const redis = new Redis(url, {
    connectTimeout: 1_000,
    commandTimeout: 500,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: true,
    retryStrategy: (attempt) => Math.min(100 * attempt, REST_MS)
  })
  const standIn = memoryCache()
  const subscriber = redis.duplicate({ commandTimeout: undefined, maxRetriesPerRequest: null })
  const listening = new Map<string, number>()
  const changed = new Set<string>() // keys written while Redis was away: what it still holds of them is old
  let reason: string | null = null
  let restsUntil = 0
  let returning: Promise<void> | null = null

  const fail = (error: Error) => {
    if (reason === null) standIn.clear() // what it holds from the last outage may be old
    reason = `Redis: ${error.message || error.name}`
    restsUntil = performance.now() + REST_MS
  }
  // Without listeners an error event would end the process.
  redis.on('error', fail)
  redis.on('ready', () => { if (reason !== null) comeBack().catch(fail) })
  subscriber.on('error', () => {})
  subscriber.on('message', (channel: string, text: string) => { standIn.publish(channel, parse(text)) })

  /** Asks Redis, or the stand-in when Redis does not answer. An answer that is an error (a key of another type) is no outage. */
  async function ask<T> (onRedis: () => Promise<T>, onStandIn: () => Promise<T>, keys: string[] = []): Promise<T> {
    if (performance.now() >= restsUntil) {
      try {
        if (reason !== null) await comeBack()
        return await onRedis()
      } catch (error) {
        if ((error as Error).name !== 'ReplyError') fail(error as Error)
        else if (keys.length > 0) await redis.del(...keys).catch(fail)
      }
    }
    if (reason !== null) for (const key of keys) if (changed.size < ENTRIES_MAX) changed.add(key)
    return await onStandIn()
  }

  /** Redis answers again: it forgets what changed meanwhile. */
  function comeBack (): Promise<void> {
    returning ??= (async () => {
      await redis.ping()
      if (changed.size > 0) await redis.del(...changed)
      changed.clear()
      reason = null
      restsUntil = 0
    })().finally(() => { returning = null })
    return returning
  }

  return {
    kind: 'redis',
    get: <T>(key: string) => ask(async () => parse(await redis.get(key)) as T | undefined, () => standIn.get<T>(key)),
    getMany: <T>(keys: string[]) => keys.length === 0
      ? Promise.resolve([])
      : ask(async () => (await redis.mget(keys)).map((text) => parse(text) as T | undefined), () => standIn.getMany<T>(keys)),
    set: (key, value, ttlSeconds) => ask(async () => { await redis.set(key, JSON.stringify(value), 'PX', ms(ttlSeconds)) },
      () => standIn.set(key, value, ttlSeconds), [key]),
    del: (...keys) => keys.length === 0
      ? Promise.resolve()
      : ask(async () => { await redis.del(...keys) }, () => standIn.del(...keys), keys),
    incrWithTtl: (key, ttlSeconds) => ask(async () => await redis.eval(COUNT, 1, key, ms(ttlSeconds)) as number,
      () => standIn.incrWithTtl(key, ttlSeconds), [key]),
    setIfAbsent: (key, value, ttlSeconds) => ask(async () => await redis.set(key, JSON.stringify(value), 'PX', ms(ttlSeconds), 'NX') === 'OK',
      () => standIn.setIfAbsent(key, value, ttlSeconds), [key]),
    publish: (channel, message) => ask(async () => { await redis.publish(channel, JSON.stringify(message)) }, () => standIn.publish(channel, message)),
    // Every listener hears the stand-in; what comes by Redis is passed on to it.
    subscribe: async (channel, listener) => {
      const end = await standIn.subscribe(channel, listener)
      const count = listening.get(channel) ?? 0
      listening.set(channel, count + 1)
      if (count === 0) await briefly(subscriber.subscribe(channel))
      return async () => {
        await end()
        const left = listening.get(channel)! - 1
        listening.set(channel, left)
        if (left === 0) await briefly(subscriber.unsubscribe(channel))
      }
    },
    health: () => ({ degraded: reason !== null, reason }),
    close: async () => {
      redis.disconnect()
      subscriber.disconnect()
      await standIn.close()
    }
  }
}

/** Waits for Redis, but not for its return: what is left is made up for then. */
async function briefly (work: Promise<unknown>): Promise<void> {
  await Promise.race([work.catch(() => {}), sleep(500, null, { ref: false })])
}

/** What is not JSON is not ours: as good as absent. */
function parse (text: string | null | undefined): unknown {
  try {
    return text === null || text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
