import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { Envelope } from '../../models/envelope.js'
import { CulturalTrend, TrendsRequest } from '../../models/trend.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

export const trendRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine }) => {
  app.get('/api/v1/affinity/cultural-trends', {
    config: { permission: 'trend:read' },
    schema: {
      tags: ['affinity'],
      summary: 'What is rising and what fades, month by month, and whom it concerns',
      querystring: TrendsRequest,
      response: { 200: answered(Envelope(Type.Array(CulturalTrend))), ...failures }
    }
  }, async (request) => {
    const { tenantId, memberId } = actorOf(request)
    return inEnvelope({ data: await engine.culturalTrends(tenantId, request.query, { viewerId: memberId }) }, request.id)
  })
}
