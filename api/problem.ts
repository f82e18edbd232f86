import type { FastifyReply, FastifyRequest } from 'fastify'
import { STATUS_CODES } from 'node:http'
import { EngineError, FAILURES, type FailureDetail, type FailureKind } from '../engine/errors.js'

interface Failed { status: number, code: FailureKind | 'internal', message: string, details: FailureDetail[] }

const BUG: Failed = { status: 500, code: 'internal', message: 'This is our mistake; it has been logged. Quote meta.requestId when you report it.', details: [] }

/** What Fastify itself refuses, in our words. */
const REFUSALS: Record<string, [FailureKind, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'The body is larger than 1 MiB; send less at once, or import a file.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['invalid_argument', 'The body must be JSON; send it with content-type: application/json.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_argument', 'The body is empty; send a JSON object, or leave out the content type.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_argument', 'The body is not valid JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_argument', 'The body is not as long as its content-length says.'],
  FST_ERR_BAD_URL: ['invalid_argument', 'The path is not a valid URL; check its percent encoding.'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_argument', 'An id in the path is too long.'],
  FST_UNDER_PRESSURE: ['unavailable', 'The server is overloaded; try again in a few seconds.']
}

/** The failure that an error stands for; anything we did not expect is our bug and tells the world nothing. */
export function failed (error: unknown): Failed {
  if (error instanceof EngineError) return { status: FAILURES[error.code], code: error.code, message: error.message, details: error.details }
  const { code = '', statusCode = 500, message } = (error ?? {}) as { code?: string, statusCode?: number, message: string }
  const refusal = REFUSALS[code]
  if (refusal !== undefined) return { status: FAILURES[refusal[0]], code: refusal[0], message: refusal[1], details: [] }
  // Only what Fastify's own parsers refuse reaches this line with a status in the 400s.
  return statusCode >= 400 && statusCode < 500 ? { status: 400, code: 'invalid_argument', message, details: [] } : BUG
}

/** Answers an error: in the envelope, or as RFC 9457 for those who ask for it. */
export function answerError (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = failed(error)
  if (failure === BUG) request.log.error({ error: inspectable(error) }, 'a request failed by our mistake')
  if ((failure.status === 503 || failure.status === 429) && !reply.hasHeader('retry-after')) reply.header('retry-after', '5')
  if (failure.status === 401) reply.header('www-authenticate', 'Bearer')

  reply.status(failure.status).header('x-request-id', request.id)
  return wantsProblem(request.headers.accept)
    ? reply.type('application/problem+json').serializer(JSON.stringify).send(problem(failure, request.id))
    : reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(envelope(failure, request.id))
}

export function envelope ({ code, message, details }: Omit<Failed, 'status'>, requestId: string) {
  return { error: { code, message, details }, meta: { requestId } }
}

function problem ({ status, code, message, details }: Failed, requestId: string) {
  return { type: `/docs#error-${code}`, title: STATUS_CODES[status] ?? code, status, detail: message, instance: requestId, code, errors: details }
}

const wantsProblem = (accept = '') => accept.toLowerCase().includes('application/problem+json')

function inspectable (error: unknown) {
  return error instanceof Error ? { name: error.name, message: error.message, stack: error.stack, cause: String(error.cause ?? '') || undefined } : { message: String(error) }
}
