import { Type, type Static } from 'typebox'

const Bounds = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 100, description: 'how many rows at most' })),
  timeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 30_000, default: 10_000 }))
}
const Parameters = Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.Unknown()))

export const CypherRequest =
  Type.Object({ query: Type.String({ minLength: 1, maxLength: 20_000 }), params: Parameters, ...Bounds }, { additionalProperties: false })
export type CypherRequest = Static<typeof CypherRequest>

export const QueryRequest = Type.Object({ params: Parameters, ...Bounds }, { additionalProperties: false })
export type QueryRequest = Static<typeof QueryRequest>

/** Rows in the order of the columns. */
export const Rows = Type.Object({ columns: Type.Array(Type.String()), rows: Type.Array(Type.Array(Type.Unknown())) })
export const RowsMeta = Type.Object({
  limit: Type.Integer(), truncated: Type.Boolean({ description: 'there are more rows than limit' }), tookMs: Type.Number(), requestId: Type.String()
})
/** An answer of the library or of a query by hand. */
export interface RowsAnswer { data: Static<typeof Rows>, meta: Omit<Static<typeof RowsMeta>, 'requestId'> }

/** A query of the library, and how often it was run in this process. */
export const LibraryQuery = Type.Object({
  name: Type.String(),
  asks: Type.String({ description: 'the question that it belongs to' }),
  about: Type.String(),
  takes: Type.Record(Type.String(), Type.Object({ type: Type.String() })),
  returns: Type.Record(Type.String(), Type.String()),
  example: Type.String({ description: 'parameters, as a map literal of Cypher' }),
  calls: Type.Integer(),
  failures: Type.Integer(),
  p50Ms: Type.Number(),
  p95Ms: Type.Number()
})
export type LibraryQuery = Static<typeof LibraryQuery>

const Property = Type.Object({ name: Type.String(), types: Type.Array(Type.String()), count: Type.Integer() })
/** What the graph of a tenant is made of: as far as everyone there may know. */
export const GraphSchema = Type.Object({
  labels: Type.Array(Type.Object({ label: Type.String(), count: Type.Integer(), example: Type.String(), properties: Type.Array(Property) })),
  relations: Type.Array(Type.Object({
    relation: Type.String(),
    says: Type.String(),
    count: Type.Integer(),
    between: Type.Array(Type.String()),
    example: Type.String(),
    properties: Type.Array(Property)
  }))
})
export type GraphSchema = Static<typeof GraphSchema>
