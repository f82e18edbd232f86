/** The expected failures. `api/problem.ts` alone turns a kind into an HTTP status. */
export const FAILURES = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  failed_precondition: 409,
  payload_too_large: 413,
  resource_exhausted: 429,
  unavailable: 503,
  deadline_exceeded: 504
} as const

export type FailureKind = keyof typeof FAILURES

/** One thing that is wrong with the input: where, which rule, and how to mend it. */
export interface FailureDetail { path: string, rule: string, message: string }

/** An expected failure: what is wrong, with what, and the way out. Anything else thrown is a bug. */
export class EngineError extends Error {
  constructor (readonly code: FailureKind, message: string, readonly details: FailureDetail[] = [], options?: ErrorOptions) {
    super(message, options)
    this.name = 'EngineError'
  }
}
