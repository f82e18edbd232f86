import type { RequestListener } from 'node:http'
import { EngineError } from '../engine/errors.js'
import { STARTING, type EarlyEngine } from '../engine/early.js'
import { baseApp, type App, type AppOptions } from './base.js'
import { affinityRoutes } from './routes/affinity.js'
import { healthRoutes } from './routes/health.js'

/** The HTTP surface before the stores are up: matches and health. Everything else is there later, and says so. */
export async function buildEarlyApp (engine: EarlyEngine, options: AppOptions = {}): Promise<App> {
  const app = await baseApp(engine, options)
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, () => { throw new EngineError('unavailable', STARTING) })
  await app.register(healthRoutes, { engine })
  await app.register(affinityRoutes, { engine })
  return app
}

/** Hands what arrives from now on to the app that `build` makes on the same server; what is being answered is answered. */
export async function takeOver ({ server }: App, build: (options: Pick<AppOptions, 'server'>) => Promise<App>): Promise<App> {
  const before = server.listeners('request').at(-1) as RequestListener // others only watch
  let handler: RequestListener | undefined
  const app = await build({
    server: (ours) => {
      handler = ours
      return server
    }
  })
  await app.ready()
  server.off('request', before)
  server.on('request', handler!)
  return app
}
