import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { Affinity, AnswerMeta, DiscoverRequest, EntityId, Explain, KindName } from '../../models/affinity.js'
import { Envelope } from '../../models/envelope.js'
import { answered, failures, inEnvelope } from './answers.js'

export const RecommendationsRequest = Type.Object({
  memberId: EntityId,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 10 })),
  kind: Type.Optional(KindName),
  explain: Type.Optional(Explain),
  fresh: Type.Optional(Type.Boolean({ default: false, description: 'compute anew, whatever the cache holds' }))
}, { additionalProperties: false })

export const ExplainRequest = Type.Object({ member: EntityId, target: EntityId }, { additionalProperties: false })

export const affinityRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine }) => {
  const { tenantId } = engine.config
  const tags = ['affinity']

  // The short paths are the same handlers under the names that the first documents gave them.
  for (const path of ['/api/v1/affinity/discover', '/affinity/discover']) {
    app.post(path, {
      schema: {
        tags,
        summary: 'Who fits a member, or a wish in plain words, with the reasons',
        body: DiscoverRequest,
        response: { 200: answered(Envelope(Type.Array(Affinity), AnswerMeta)), ...failures }
      }
    }, async ({ body, id }) => inEnvelope(await engine.discover(tenantId, body), id))
  }

  for (const path of ['/api/v1/affinity/recommendations', '/recommendations']) {
    app.get(path, {
      schema: {
        tags,
        summary: 'The best matches of a stored member',
        querystring: RecommendationsRequest,
        response: { 200: answered(Envelope(Type.Array(Affinity), AnswerMeta)), ...failures }
      }
    }, async ({ query, id }) => inEnvelope(await engine.recommendations(tenantId, query), id))
  }

  app.get('/api/v1/affinity/explain', {
    schema: {
      tags,
      summary: 'The full breakdown of one pair, also when it is in no list',
      querystring: ExplainRequest,
      response: { 200: answered(Envelope(Affinity, AnswerMeta)), ...failures }
    }
  }, async ({ query, id }) => inEnvelope(await engine.explain(tenantId, query), id))
}
