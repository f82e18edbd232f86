import type { TSchema } from 'typebox'
import { Failure, Problem } from '../../models/envelope.js'

/** A good answer as the documentation shows it. */
export const answered = <Shape extends TSchema> (schema: Shape) =>
  ({ description: 'The answer', content: { 'application/json': { schema } } })

const failure = (description: string) =>
  ({ description, content: { 'application/json': { schema: Failure }, 'application/problem+json': { schema: Problem } } })

/** The failures that every route may answer. */
export const failures = {
  '4xx': failure('Something in the request is wrong; the message says what, and the way out'),
  '5xx': failure('A store is not there, or our mistake')
}

/** The answer of the engine, marked with the request it answers. */
export function inEnvelope<Data, Meta extends object> ({ data, meta }: { data: Data, meta?: Meta }, requestId: string) {
  return { data, meta: { ...meta, requestId } }
}
