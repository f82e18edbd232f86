import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { AnswerMeta, Onboarding, OnboardingRequest, Preview, PreviewRequest } from '../../models/affinity.js'
import { Envelope } from '../../models/envelope.js'
import { Triple, Unmapped } from '../../models/triple.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

const ExtractRequest = Type.Object({
  text: Type.String({ minLength: 1, maxLength: 10_000 }),
  owner: Type.Optional(Type.String({ minLength: 1, maxLength: 200, default: 'I', description: 'who the first person stands for' })),
  mode: Type.Optional(Type.Unsafe<'lenient' | 'strict'>(Type.String({ enum: ['lenient', 'strict'], default: 'lenient' })))
}, { additionalProperties: false })

const Sentence = Type.Object({ text: Type.String(), start: Type.Integer(), end: Type.Integer() })
const Extraction = Type.Object({ sentences: Type.Array(Sentence), triples: Type.Array(Triple), unmapped: Type.Array(Unmapped) })

export const onboardingRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine }) => {
  app.post('/api/v1/onboarding', {
    config: { permission: 'onboarding:create' },
    schema: {
      tags: ['onboarding'],
      summary: 'Two answers in plain words tell who one is; the first matches come back',
      body: OnboardingRequest,
      response: { 200: answered(Envelope(Onboarding, AnswerMeta)), ...failures }
    }
  }, async (request) => {
    const { tenantId, memberId } = actorOf(request)
    return inEnvelope(await engine.onboard(tenantId, request.body, memberId), request.id)
  })

  app.post('/api/v1/onboarding/preview', {
    config: { permission: 'onboarding:create' },
    schema: {
      tags: ['onboarding'],
      summary: 'What two answers would be understood as, to be accepted or corrected; nothing is stored',
      body: PreviewRequest,
      response: { 200: answered(Envelope(Preview)), ...failures }
    }
  }, async ({ body, id }) => inEnvelope({ data: engine.understand(body) }, id))

  // Two colons: the router reads one as the start of a parameter.
  app.post('/api/v1/triples::extract', {
    config: { permission: 'triple:extract' },
    schema: {
      tags: ['onboarding'],
      summary: 'Which triples a text holds; nothing is stored',
      body: ExtractRequest,
      response: { 200: answered(Envelope(Extraction)), ...failures }
    }
  }, async ({ body: { text, owner = 'I', mode }, id }) => inEnvelope({ data: await engine.extract(text, { owner, mode }) }, id))
}
