import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { EngineError } from '../../engine/errors.js'
import { Envelope } from '../../models/envelope.js'
import { answered, failures, inEnvelope } from './answers.js'

const Ready = Type.Object({
  ready: Type.Boolean(),
  stores: Type.Record(Type.String(), Type.Object({ ok: Type.Boolean(), detail: Type.String() })),
  embedder: Type.String(),
  degraded: Type.Array(Type.String())
})

export const healthRoutes: FastifyPluginAsyncTypebox<{ engine: Pick<Engine, 'status'> }> = async (app, { engine }) => {
  app.get('/health', {
    config: { permission: 'public', rateLimit: false },
    schema: {
      tags: ['health'],
      summary: 'The process lives; says nothing about the stores',
      response: { 200: answered(Envelope(Type.Object({ live: Type.Boolean() }))), ...failures }
    }
  }, async ({ id }) => inEnvelope({ data: { live: true } }, id))

  app.get('/ready', {
    config: { permission: 'public', rateLimit: false },
    schema: {
      tags: ['health'],
      summary: 'Every store answers; 503 names those that do not',
      response: { 200: answered(Envelope(Ready)), ...failures }
    }
  }, async ({ id }) => {
    const status = await engine.status()
    if (status.ready) return inEnvelope({ data: status }, id)
    const down = Object.entries(status.stores).filter(([, { ok }]) => !ok)
    throw new EngineError('unavailable', `Not ready: ${down.map(([store]) => store).join(', ') || 'still starting'}.`,
      down.map(([store, { detail }]) => ({ path: `stores.${store}`, rule: 'ready', message: detail })))
  })
}
