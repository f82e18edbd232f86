import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Engine } from '../../engine/engine.js'

const RESOLUTION_MS = 5

/** How late the event loop is. It is measured from timer to timer, so what is asked of the timer is no delay. */
function watchLoop (app: FastifyInstance, registers: Registry[]): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  app.addHook('onClose', async () => { delay.disable() })
  const late = (ns: number) => delay.count === 0 ? 0 : Math.max(0, ns / 1e9 - RESOLUTION_MS / 1e3)
  const loop = new Gauge({
    name: 'event_loop_delay_seconds',
    help: 'How late the event loop was since the last look: the 99th percentile, and the longest',
    labelNames: ['quantile'],
    registers,
    collect: () => {
      loop.set({ quantile: '0.99' }, late(delay.percentile(99)))
      loop.set({ quantile: '1' }, late(delay.max))
      delay.reset()
    }
  })
}

/** What a machine watches: requests and how long they take, the event loop, the health of the stores. */
const routes: FastifyPluginAsync<{ engine: Engine }> = async (app, { engine }) => {
  const registers = [new Registry()]
  const labelNames = ['method', 'route', 'status'] as const
  const seconds = new Histogram({
    name: 'http_request_duration_seconds', help: 'How long answers take', labelNames, registers, buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30]
  })
  const failures = new Counter({ name: 'http_failures_total', help: 'Answers that are our mistake or that of a store', labelNames, registers })
  watchLoop(app, registers)
  const queries = new Histogram({
    name: 'query_duration_seconds', help: 'How long the queries of analysts take', labelNames: ['query', 'failed'], registers, buckets: [0.005, 0.02, 0.1, 0.5, 2, 10]
  })
  engine.queries.onRun((query, took, failed) => { queries.observe({ query, failed: String(failed) }, took) })
  const stores = new Gauge({
    name: 'store_up',
    help: '1: the store answers',
    labelNames: ['store'],
    registers,
    collect: async () => {
      for (const [store, { ok }] of Object.entries((await engine.status()).stores)) stores.set({ store }, ok ? 1 : 0)
    }
  })

  app.addHook('onResponse', async ({ method, routeOptions: { url } }, { statusCode, elapsedTime }) => {
    const labels = { method, route: url ?? 'none', status: String(statusCode) }
    seconds.observe(labels, elapsedTime / 1000)
    if (statusCode >= 500) failures.inc(labels)
  })

  app.get('/metrics', { schema: { hide: true }, config: { permission: 'public', rateLimit: false } }, async (_request, reply) =>
    reply.type(registers[0]!.contentType).serializer(String).send(await registers[0]!.metrics()))
}

/** Its hook counts the routes of all rooms. */
export const operationsRoutes = fp(routes)
