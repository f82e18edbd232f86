import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { ANALYSES, Figure } from '../../models/deals.js'
import { Envelope } from '../../models/envelope.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

const Day = Type.String({ pattern: '^[1-9]\\d{3}-\\d{2}-\\d{2}$', description: 'as 2026-11-30' })
export const Period = Type.Object({ from: Type.Optional(Day), to: Type.Optional(Day) }, { additionalProperties: false })
const Meta = Type.Object({ from: Type.String(), to: Type.String(), degraded: Type.Array(Type.String()), requestId: Type.String() })

const SUMMARIES = {
  dashboard: 'How many deals there are, what they are worth, and what the graph holds',
  partnerships: 'Where the partnerships stand, and in which industries',
  performance: 'How partnerships ended, how long they took, what they brought'
}

export const analyticsRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine: { deals } }) => {
  for (const name of ANALYSES) {
    app.get(`/api/v1/analytics/${name}`, {
      config: { permission: 'analytics:read' },
      schema: { tags: ['analytics'], summary: SUMMARIES[name], querystring: Period, response: { 200: answered(Envelope(Type.Array(Figure), Meta)), ...failures } }
    }, async (request) => inEnvelope(await deals.analytics(actorOf(request), name, request.query), request.id))
  }
}
