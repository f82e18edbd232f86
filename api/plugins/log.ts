import type { FastifyServerOptions } from 'fastify'

const TRACE = Symbol('traceId')

/** Log lines of exactly this shape: { level, message, timestamp, traceId, context }. */
export function logOptions (level: string, stream: { write: (line: string) => void }): FastifyServerOptions['logger'] {
  return {
    level,
    stream,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    mixin: (_context, _level, logger) => ({ [TRACE]: (logger as { [TRACE]?: string })[TRACE] ?? null }),
    formatters: {
      level: (label) => ({ level: label }),
      log: ({ [TRACE]: traceId, ...context }: { [TRACE]?: unknown }) => ({ traceId, context })
    }
  }
}

/** The logger of one request: its lines carry the request id as `traceId`. */
export const requestLogger: FastifyServerOptions['childLoggerFactory'] = (logger, { reqId }) =>
  Object.assign(logger.child({}), { [TRACE]: reqId })
