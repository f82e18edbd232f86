import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { MemberProfile, Privacy, PrivacyInput, ProfileInput, ProfilePatch } from '../../models/accounts.js'
import { EntityId } from '../../models/affinity.js'
import { Envelope } from '../../models/envelope.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

export const membersRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine: { accounts: { members } } }) => {
  const tags = ['members']
  const response = { 200: answered(Envelope(MemberProfile)), ...failures }

  for (const path of ['/api/v1/members/profile', '/api/v1/users/me']) {
    app.get(path, {
      config: { permission: 'member:read' },
      schema: { tags, summary: 'One\'s own profile', response }
    }, async (request) => inEnvelope({ data: await members.get(actorOf(request), actorOf(request).memberId) }, request.id))

    app.patch(path, {
      config: { permission: 'member:update' },
      schema: { tags, summary: 'Changes what it names of one\'s own profile; null takes a field away', body: ProfilePatch, response }
    }, async (request) => inEnvelope({ data: await members.patch(actorOf(request), request.body) }, request.id))
  }

  app.put('/api/v1/members/profile', {
    config: { permission: 'member:update' },
    schema: { tags, summary: 'Replaces one\'s own profile; what the texts no longer say is closed', body: ProfileInput, response }
  }, async (request) => inEnvelope({ data: await members.replace(actorOf(request), request.body) }, request.id))

  app.delete('/api/v1/users/me', {
    config: { permission: 'member:erase' },
    schema: {
      tags,
      summary: 'Takes oneself out of every store: member, facts, account and logins',
      response: { 200: answered(Envelope(Type.Object({ erased: Type.Boolean() }))), ...failures }
    }
  }, async (request) => {
    await members.erase(actorOf(request))
    return inEnvelope({ data: { erased: true } }, request.id)
  })

  app.get('/api/v1/members/privacy', {
    config: { permission: 'member:read' },
    schema: { tags, summary: 'Who sees which group of one\'s profile', response: { 200: answered(Envelope(Privacy)), ...failures } }
  }, async (request) => inEnvelope({ data: await members.privacy(actorOf(request)) }, request.id))

  app.put('/api/v1/members/privacy', {
    config: { permission: 'member:update' },
    schema: {
      tags,
      summary: 'Shows groups to everyone (public), to partners of today (network), or to nobody (private), in answers and in scores',
      body: PrivacyInput,
      response: { 200: answered(Envelope(Privacy)), ...failures }
    }
  }, async (request) => inEnvelope({ data: await members.setPrivacy(actorOf(request), request.body) }, request.id))

  app.get('/api/v1/members/export', {
    config: { permission: 'member:export', rateLimit: { max: 10 } }, // it reads all that there is of someone
    schema: {
      tags,
      summary: 'All that is kept of oneself, from every store',
      response: { 200: answered(Envelope(Type.Record(Type.String(), Type.Unknown()))), ...failures }
    }
  }, async (request) => inEnvelope({ data: await members.export(actorOf(request)) }, request.id))

  app.get('/api/v1/members/:id', {
    config: { permission: 'member:read' },
    schema: { tags, summary: 'A member, as far as they show themselves', params: Type.Object({ id: EntityId }), response }
  }, async (request) => inEnvelope({ data: await members.get(actorOf(request), request.params.id) }, request.id))
}
