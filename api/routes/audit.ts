import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { AuditEntry, AuditRequest } from '../../models/audit.js'
import { Envelope } from '../../models/envelope.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

const Meta = Type.Object({
  limit: Type.Integer(), cursor: Type.Unsafe<string | null>({ type: ['string', 'null'] }), degraded: Type.Array(Type.String()), requestId: Type.String()
})

export const auditRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine: { deals } }) => {
  app.get('/api/v1/audit', {
    config: { permission: 'audit:read' },
    schema: {
      tags: ['audit'],
      summary: 'Who changed what, with the values before and after, the newest first; a store that is down is named in meta.degraded',
      querystring: AuditRequest,
      response: { 200: answered(Envelope(Type.Array(AuditEntry), Meta)), ...failures }
    }
  }, async (request) => inEnvelope(await deals.audit(actorOf(request), request.query), request.id))
}
