import type { Engine } from '../engine/engine.js'
import { EngineError } from '../engine/errors.js'
import { baseApp, type App, type AppOptions } from './base.js'
import { docs } from './plugins/docs.js'
import { web } from './plugins/web.js'
import { graphql } from './graphql.js'
import { live } from './live.js'
import { affinityRoutes } from './routes/affinity.js'
import { analyticsRoutes } from './routes/analytics.js'
import { auditRoutes } from './routes/audit.js'
import { authRoutes } from './routes/auth.js'
import { feedbackRoutes } from './routes/feedback.js'
import { flagRoutes } from './routes/flags.js'
import { entityRoutes } from './routes/entities.js'
import { graphRoutes } from './routes/graph.js'
import { healthRoutes } from './routes/health.js'
import { importRoutes } from './routes/imports.js'
import { membersRoutes } from './routes/members.js'
import { onboardingRoutes } from './routes/onboarding.js'
import { organizationRoutes } from './routes/organizations.js'
import { partnershipRoutes } from './routes/partnerships.js'
import { queryRoutes } from './routes/queries.js'
import { trendRoutes } from './routes/trends.js'
import { operationsRoutes } from './routes/operations.js'
import { workspaceRoutes } from './routes/workspaces.js'

export type { App } from './base.js'

/** The HTTP surface over an engine, ready to be injected into or to listen. */
export async function buildApp (engine: Engine, options: AppOptions = {}): Promise<App> {
  const app = await baseApp(engine, options)
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, ({ method, url }) => {
    throw new EngineError('not_found', `There is no ${method} ${url.split('?', 1)[0]}; /docs lists what there is.`)
  })
  await app.register(docs)
  await app.register(web)
  await app.register(live, { engine })
  await app.register(graphql, { engine })
  await app.register(operationsRoutes, { engine })
  await app.register(healthRoutes, { engine })
  await app.register(authRoutes, { engine })
  await app.register(membersRoutes, { engine })
  await app.register(affinityRoutes, { engine })
  await app.register(feedbackRoutes, { engine })
  await app.register(trendRoutes, { engine })
  await app.register(onboardingRoutes, { engine })
  await app.register(graphRoutes, { engine })
  await app.register(entityRoutes, { engine })
  await app.register(queryRoutes, { engine })
  await app.register(importRoutes, { engine })
  await app.register(partnershipRoutes, { engine })
  await app.register(analyticsRoutes, { engine })
  await app.register(workspaceRoutes, { engine })
  await app.register(organizationRoutes, { engine })
  await app.register(flagRoutes, { engine })
  await app.register(auditRoutes, { engine })
  return app
}
