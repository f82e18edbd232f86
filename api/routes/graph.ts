import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { EntityId, Neighborhood } from '../../models/affinity.js'
import { Envelope } from '../../models/envelope.js'
import { GraphSchema } from '../../models/queries.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

export const graphRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine }) => {
  app.get('/api/v1/graph/neighborhood/:id', {
    config: { permission: 'graph:read' },
    schema: {
      tags: ['graph'],
      summary: 'The facts around one entity, and whom they lead to',
      params: Type.Object({ id: EntityId }),
      querystring: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })) }, { additionalProperties: false }),
      response: { 200: answered(Envelope(Neighborhood)), ...failures }
    }
  }, async (request) => {
    const { tenantId, memberId } = actorOf(request)
    return inEnvelope({ data: await engine.neighborhood(tenantId, request.params.id, { ...request.query, viewerId: memberId }) }, request.id)
  })
  app.get('/api/v1/graph/schema', {
    config: { permission: 'cypher:read' },
    schema: {
      tags: ['graph'],
      summary: 'Labels, relationship types and properties of the tenant\'s graph, how many of each, and an example',
      response: { 200: answered(Envelope(GraphSchema)), ...failures }
    }
  }, async (request) => inEnvelope({ data: await engine.graphSchema(actorOf(request)) }, request.id))
}
