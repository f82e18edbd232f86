import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { Envelope } from '../../models/envelope.js'
import { Feedback, FEEDBACK, FeedbackRequest, type FeedbackType } from '../../models/feedback.js'
import type { Actor } from '../../models/actor.js'
import { actorOf, demand } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

const MEANINGS = Object.entries(FEEDBACK).map(([type, meaning]) => `\`${type}\` ${meaning}`).join(', ')
const tags = ['affinity']

export const feedbackRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine }) => {
  const path = '/api/v1/affinity/feedback'
  const given = answered(Envelope(Feedback))

  const give = async (actor: Actor, { memberId = actor.memberId, ...request }: FeedbackRequest, overwrite: boolean) => {
    demand(actor, 'feedback:create', { memberId })
    const { feedback } = await engine.giveFeedback(actor.tenantId, memberId, { ...request, memberId }, { overwrite })
    return feedback
  }

  app.post(path, {
    config: { permission: 'feedback:create' },
    schema: {
      tags,
      summary: 'What a member thinks of someone they were shown; the next answer goes by it',
      description: `How each type is meant: ${MEANINGS}. Said again, it changes nothing; another stance than before is refused, PUT overwrites it.`,
      body: FeedbackRequest,
      response: { 200: given, ...failures }
    }
  }, async (request) => inEnvelope({ data: await give(actorOf(request), request.body, false) }, request.id))

  app.put(path, {
    config: { permission: 'feedback:create' },
    schema: { tags, summary: 'The same, in the place of what was said before', body: FeedbackRequest, response: { 200: given, ...failures } }
  }, async (request) => inEnvelope({ data: await give(actorOf(request), request.body, true) }, request.id))

  app.delete(`${path}/:id`, {
    config: { permission: 'feedback:delete' },
    schema: {
      tags,
      summary: 'Takes back what was said',
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }),
      response: { 200: answered(Envelope(Type.Object({ id: Type.String(), type: Type.Unsafe<FeedbackType>(Type.String()) }))), ...failures }
    }
  }, async (request) => {
    const { tenantId, memberId } = actorOf(request)
    return inEnvelope({ data: { id: request.params.id, type: await engine.withdrawFeedback(tenantId, memberId, request.params.id) } }, request.id)
  })
}
