import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { Envelope } from '../../models/envelope.js'
import { Flag, FlagAnswer, FlagInput, FlagName } from '../../models/flags.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

export const flagRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine: { accounts: { flags } } }) => {
  const path = '/api/v1/flags/:name'
  const tags = ['flags']
  const params = Type.Object({ name: FlagName })

  app.get(path, {
    config: { permission: 'flag:read' },
    schema: {
      tags,
      summary: 'Whether a flag is on for who asks; an admin also reads its definition',
      params,
      response: { 200: answered(Envelope(FlagAnswer)), ...failures }
    }
  }, async (request) => inEnvelope({ data: await flags.get(actorOf(request), request.params.name) }, request.id))

  app.put(path, {
    config: { permission: 'flag:update' },
    schema: {
      tags,
      summary: 'Defines a flag; it is on for those who meet every condition that is given',
      params,
      body: FlagInput,
      response: { 200: answered(Envelope(Flag)), ...failures }
    }
  }, async (request) => inEnvelope({ data: await flags.put(actorOf(request), request.params.name, request.body) }, request.id))
}
