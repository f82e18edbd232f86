import { Type, type TSchema } from 'typebox'

/** What every answer says about itself; `requestId` is also the `x-request-id` header and the `traceId` of the log lines. */
export const Meta = Type.Object({ requestId: Type.String() })

/** The same of a list that comes page by page; `cursor` asks for the next one. */
export const PageMeta = Type.Object({ limit: Type.Integer(), cursor: Type.Unsafe<string | null>({ type: ['string', 'null'] }), requestId: Type.String() })

/** A good answer: `{ data, meta }`. */
export const Envelope = <Data extends TSchema, M extends TSchema = typeof Meta> (data: Data, meta?: M) => Type.Object({ data, meta: meta ?? Meta })

const Details = Type.Array(Type.Object({
  path: Type.String({ description: 'where in the request, as in `filters.industry.0`' }),
  rule: Type.String(),
  message: Type.String()
}))

/** Any other answer: `{ error, meta }`. Exactly one of `data` and `error` is there. */
export const Failure = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'a stable word: invalid_argument, not_found, unavailable, …' }),
    message: Type.String({ description: 'what is wrong, and the way out' }),
    details: Details
  }),
  meta: Meta
})

/** The same failure for `Accept: application/problem+json` (RFC 9457). */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.String({ description: 'the request id' }),
  code: Type.String(),
  errors: Details
})
