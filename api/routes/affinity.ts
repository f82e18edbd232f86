import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import type { Actor } from '../../models/actor.js'
import { Affinity, AnswerMeta, DiscoverRequest, EntityId, Evidence, Explain, KindName } from '../../models/affinity.js'
import { Envelope } from '../../models/envelope.js'
import { actorOf, seekerOf, seenBy } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

export const RecommendationsRequest = Type.Object({
  memberId: Type.Optional(EntityId), // oneself by default
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 10 })),
  kind: Type.Optional(KindName),
  explain: Type.Optional(Explain),
  evidence: Type.Optional(Evidence),
  fresh: Type.Optional(Type.Boolean({ default: false, description: 'compute anew, whatever the cache holds' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'the next page of the list that gave it (meta.cursor)' }))
}, { additionalProperties: false })

export const ExplainRequest = Type.Object({ member: Type.Optional(EntityId), target: EntityId }, { additionalProperties: false })

/** Through whose eyes: those of whom the request names, of nobody where it gives words alone, else of who asks. */
const lookerOf = (actor: Actor, { memberId, query, goals = [] }: DiscoverRequest): string | undefined => {
  const eyes = seekerOf(actor, memberId)
  return memberId === undefined && (query !== undefined || goals.length > 0) ? undefined : eyes
}

export const affinityRoutes: FastifyPluginAsyncTypebox<{ engine: Pick<Engine, 'discover' | 'recommendations' | 'explain'> }> = async (app, { engine }) => {
  const tags = ['affinity']

  // The short paths are the same handlers under the names that the first documents gave them.
  for (const path of ['/api/v1/affinity/discover', '/affinity/discover']) {
    app.post(path, {
      config: { permission: 'affinity:read', withoutSession: true },
      schema: {
        tags,
        summary: 'Who fits a member, or a wish in plain words, with the reasons',
        body: DiscoverRequest,
        response: { 200: answered(Envelope(Type.Array(Affinity), AnswerMeta)), ...failures }
      }
    }, async (request) => {
      const actor = actorOf(request)
      return inEnvelope(await engine.discover(actor.tenantId, { ...request.body, memberId: lookerOf(actor, request.body) }, seenBy(actor)), request.id)
    })
  }

  for (const path of ['/api/v1/affinity/recommendations', '/recommendations']) {
    app.get(path, {
      config: { permission: 'affinity:read', withoutSession: true },
      schema: {
        tags,
        summary: 'The best matches of a stored member',
        querystring: RecommendationsRequest,
        response: { 200: answered(Envelope(Type.Array(Affinity), AnswerMeta)), ...failures }
      }
    }, async (request) => {
      const actor = actorOf(request)
      const asked = { ...request.query, memberId: seekerOf(actor, request.query.memberId)! }
      return inEnvelope(await engine.recommendations(actor.tenantId, asked, seenBy(actor)), request.id)
    })
  }

  app.get('/api/v1/affinity/explain', {
    config: { permission: 'affinity:read' },
    schema: {
      tags,
      summary: 'The full breakdown of one pair, also when it is in no list',
      querystring: ExplainRequest,
      response: { 200: answered(Envelope(Affinity, AnswerMeta)), ...failures }
    }
  }, async (request) => {
    const actor = actorOf(request)
    const { member, target } = request.query
    return inEnvelope(await engine.explain(actor.tenantId, { member: seekerOf(actor, member)!, target }, seenBy(actor)), request.id)
  })
}
