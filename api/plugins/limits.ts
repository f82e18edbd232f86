import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isIPv6 } from 'node:net'
import type { Cache } from '../../engine/cache.js'
import type { Config } from '../../engine/config.js'
import { EngineError } from '../../engine/errors.js'

export interface Limited { cache: Cache, config: Pick<Config, 'rateLimits' | 'corsOrigins'> }
const WINDOW_MS = 60_000

/** How much of it, and from where: headers, origins, load, requests a minute. */
export const limits = fp<{ engine: Limited, corsOrigins?: string[] }>(async (app, { engine, corsOrigins = engine.config.corsOrigins }) => {
  const { guest, member, enterprise } = engine.config.rateLimits
  await app.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } }, strictTransportSecurity: false })
  await app.register(cors, { origin: corsOrigins.length > 0 ? corsOrigins : false, exposedHeaders: ['x-request-id', 'retry-after'] })
  await app.register(underPressure, { maxEventLoopDelay: 2_000, retryAfter: 5 })
  await app.register(rateLimit, {
    timeWindow: WINDOW_MS,
    max: ({ actor }: FastifyRequest) => actor === null ? guest : actor.tier === 'enterprise' ? enterprise : member,
    keyGenerator: ({ actor, ip }: FastifyRequest) => actor === null ? `address:${subnet(ip)}` : `member:${actor.tenantId}:${actor.memberId}`,
    store: storeOn(engine.cache),
    errorResponseBuilder: (_request: FastifyRequest, { after }: { after: string }) =>
      new EngineError('resource_exhausted', `Too many requests in this minute; try again in ${after}.`)
  })
})

/**
 * Windows of a minute by the clock, counted in the cache that all processes share; the number of the window is in the key. A route that
 * states a limit of its own (`config: { rateLimit: { max } }`) is counted apart.
 */
function storeOn (cache: Cache) {
  return class Store {
    constructor (readonly of: { route?: string } = {}) {}

    incr (key: string, done: (error: Error | null, result?: { current: number, ttl: number }) => void, windowMs: number = WINDOW_MS): void {
      const now = Date.now()
      const ttl = windowMs - now % windowMs
      cache.incrWithTtl(['rate_limit', key, ...this.of.route === undefined ? [] : [this.of.route], Math.floor(now / windowMs)].join(':'), windowMs / 1000)
        .then((current) => { done(null, { current, ttl }) }, done)
    }

    child (options: object): Store {
      const { routeInfo: { method = '', url = '' } = {} } = options as { routeInfo?: { method?: string, url?: string } }
      return url === '' ? this : new Store({ route: `${method} ${url}` })
    }
  }
}

/** One household has a whole /64 of IPv6 to hop about in. */
function subnet (ip: string): string {
  if (!isIPv6(ip)) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = ip.split('::')
  const [start, end] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean))
  const whole = tail === undefined ? start! : [...start!, ...Array<string>(8 - start!.length - end!.length).fill('0'), ...end!]
  return whole.slice(0, 4).map((part) => part.padStart(4, '0')).join(':')
}
