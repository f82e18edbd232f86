import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  LogController, type FastifyBaseLogger, type FastifyInstance, type RawReplyDefaultExpression, type RawRequestDefaultExpression, type RawServerDefault
} from 'fastify'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { Config } from '../engine/config.js'
import { auth, type Accounted } from './plugins/auth.js'
import { limits, type Limited } from './plugins/limits.js'
import { logOptions, requestLogger } from './plugins/log.js'
import { answerError, envelope } from './problem.js'
import { validatorCompiler } from './validate.js'

export type App = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, TypeBoxTypeProvider>

export interface AppOptions {
  /** Where structured log lines go; none by default. */
  logTo?: { write: (line: string) => void }
  /** A server that listens already; the app's own by default. */
  server?: (handler: RequestListener) => Server
  /** Origins that may call from a browser; those of the settings by default. */
  corsOrigins?: string[]
  /** How long the headers of a request, and then its body, may take to arrive. */
  arrivalMs?: number
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may take as long as it likes: the route looks itself whether it still comes. */
    takesItsTime?: boolean
  }
}

type Served = Accounted & Limited & { config: Pick<Config, 'logLevel'> }

/** What every route rests on, whichever there are: form of errors, log, who asks, how much. */
export async function baseApp (engine: Served, { logTo, corsOrigins, server, arrivalMs = 30_000 }: AppOptions = {}): Promise<App> {
  const app: App = Fastify({
    ...server === undefined ? {} : { serverFactory: server },
    logger: logTo === undefined ? false : logOptions(engine.config.logLevel, logTo),
    childLoggerFactory: requestLogger,
    logController: new LogController({ disableRequestLogging: true }), // one line an answer, below, instead of two
    genReqId: ({ headers }) => wellFormed(headers['x-request-id']) ?? randomUUID(),
    bodyLimit: 2 ** 20,
    requestTimeout: 0, // that of Node is the same for all routes; see below
    http: { headersTimeout: arrivalMs },
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
  app.addHook('onRequest', async ({ id, raw, routeOptions: { config } }, reply) => {
    reply.header('x-request-id', id)
    if (!config.takesItsTime) awaitBody(raw, arrivalMs)
  })
  app.addHook('onResponse', async ({ log, method, routeOptions }, { statusCode, elapsedTime }) => {
    log.info({ method, route: routeOptions.url, statusCode, tookMs: Math.round(elapsedTime) }, 'answered')
  })

  await app.register(auth, { engine }) // first: the limits count members apart
  await app.register(limits, { engine, corsOrigins })
  return app
}

/** A request id from outside is kept only if it can stand in a log line and a header. */
function wellFormed (id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id) ? id : undefined
}

/** Hangs up on whoever does not get done with sending a body. */
function awaitBody (request: IncomingMessage, arrivalMs: number): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
  if (length === '0' && encoding === undefined) return
  const late = setTimeout(() => {
    if (!request.socket.writable) return
    clientErrorHandler(Object.assign(new Error('The body is late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), request.socket)
    request.socket.destroySoon()
  }, arrivalMs).unref()
  for (const event of ['end', 'close']) request.once(event, () => { clearTimeout(late) })
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
