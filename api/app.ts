import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  LogController, type FastifyBaseLogger, type FastifyInstance, type RawReplyDefaultExpression, type RawRequestDefaultExpression, type RawServerDefault
} from 'fastify'
import { randomUUID } from 'node:crypto'
import type { Engine } from '../engine/engine.js'
import { EngineError } from '../engine/errors.js'
import { auth } from './plugins/auth.js'
import { docs } from './plugins/docs.js'
import { limits } from './plugins/limits.js'
import { logOptions, requestLogger } from './plugins/log.js'
import { web } from './plugins/web.js'
import { graphql } from './graphql.js'
import { live } from './live.js'
import { answerError, envelope } from './problem.js'
import { affinityRoutes } from './routes/affinity.js'
import { analyticsRoutes } from './routes/analytics.js'
import { auditRoutes } from './routes/audit.js'
import { authRoutes } from './routes/auth.js'
import { feedbackRoutes } from './routes/feedback.js'
import { flagRoutes } from './routes/flags.js'
import { graphRoutes } from './routes/graph.js'
import { healthRoutes } from './routes/health.js'
import { membersRoutes } from './routes/members.js'
import { onboardingRoutes } from './routes/onboarding.js'
import { organizationRoutes } from './routes/organizations.js'
import { partnershipRoutes } from './routes/partnerships.js'
import { trendRoutes } from './routes/trends.js'
import { operationsRoutes } from './routes/operations.js'
import { workspaceRoutes } from './routes/workspaces.js'
import { validatorCompiler } from './validate.js'

export type App = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, TypeBoxTypeProvider>

export interface AppOptions {
  /** Where structured log lines go; none by default. */
  logTo?: { write: (line: string) => void }
  /** Origins that may call from a browser; those of the settings by default. */
  corsOrigins?: string[]
}

/** The HTTP surface over an engine, ready to be injected into or to listen. */
export async function buildApp (engine: Engine, { logTo, corsOrigins }: AppOptions = {}): Promise<App> {
  const app: App = Fastify({
    logger: logTo === undefined ? false : logOptions(engine.config.logLevel, logTo),
    childLoggerFactory: requestLogger,
    logController: new LogController({ disableRequestLogging: true }), // one line an answer, below, instead of two
    genReqId: ({ headers }) => wellFormed(headers['x-request-id']) ?? randomUUID(),
    bodyLimit: 2 ** 20,
    requestTimeout: 30_000,
    return503OnClosing: false, // what still arrives while draining is answered, in the envelope
    routerOptions: { maxParamLength: 1_000 },
    frameworkErrors: (error, request, reply) => { answerError(error, request, reply) },
    clientErrorHandler
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.setValidatorCompiler(validatorCompiler)
  // Plain JSON: faster here than compiled serializers, and the same bytes as `teraffi … --json`.
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler(answerError)
  app.removeContentTypeParser('text/plain') // a web page may post it without asking first
  app.addHook('onRequest', async ({ id }, reply) => { reply.header('x-request-id', id) })
  app.addHook('onResponse', async ({ log, method, routeOptions }, { statusCode, elapsedTime }) => {
    log.info({ method, route: routeOptions.url, statusCode, tookMs: Math.round(elapsedTime) }, 'answered')
  })

  await app.register(auth, { engine }) // first: the limits count members apart
  await app.register(limits, { engine, corsOrigins })
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
  await app.register(partnershipRoutes, { engine })
  await app.register(analyticsRoutes, { engine })
  await app.register(workspaceRoutes, { engine })
  await app.register(organizationRoutes, { engine })
  await app.register(flagRoutes, { engine })
  await app.register(auditRoutes, { engine })
  return app
}

/** A request id from outside is kept only if it can stand in a log line and a header. */
function wellFormed (id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id) ? id : undefined
}

const BROKEN: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout']
}

/** What is not even HTTP gets an envelope too; there is no request yet, so it is written by hand. */
function clientErrorHandler (error: Error & { code?: string }, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const [status, title] = BROKEN[error.code ?? ''] ?? [400, 'Bad Request']
  const body = JSON.stringify(envelope({ code: 'invalid_argument', message: `${title}: this is not an HTTP request that can be read.`, details: [] }, randomUUID()))
  socket.end(`HTTP/1.1 ${status} ${title}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
}
