import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { Envelope } from '../../models/envelope.js'
import { CypherRequest, LibraryQuery, QueryRequest, Rows, RowsMeta } from '../../models/queries.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

/** Analysts: the library of queries, and queries by hand. */
export const queryRoutes: FastifyPluginAsyncTypebox<{ engine: Pick<Engine, 'queries' | 'cypher'> }> = async (app, { engine }) => {
  const config = { permission: 'cypher:read' } as const
  const rows = { 200: answered(Envelope(Rows, RowsMeta)), ...failures }

  app.get('/api/v1/queries', {
    config,
    schema: {
      tags: ['queries'],
      summary: 'The queries that analysts run, by question, with what this process has measured of each',
      response: { 200: answered(Envelope(Type.Array(LibraryQuery))), ...failures }
    }
  }, async (request) => inEnvelope({ data: engine.queries.list(actorOf(request)) }, request.id))

  app.post('/api/v1/queries/:name', {
    config,
    schema: {
      tags: ['queries'],
      summary: 'Runs one of them; the tenant is that of who asks, and a day that is not said is today',
      params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) }),
      body: QueryRequest,
      response: rows
    }
  }, async (request) => inEnvelope(await engine.queries.run(actorOf(request), request.params.name, request.body), request.id))

  app.post('/api/v1/cypher', {
    config,
    schema: {
      tags: ['queries'],
      summary: 'Runs a query by hand: it only reads, of one\'s own tenant, what everyone there may know; each is noted in the audit',
      body: CypherRequest,
      response: rows
    }
  }, async (request) => inEnvelope(await engine.cypher(actorOf(request), request.body), request.id))
}
