import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { Account, Credentials, RefreshRequest, Registered, Registration, Tokens } from '../../models/accounts.js'
import { Envelope } from '../../models/envelope.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

type Session = Awaited<ReturnType<Engine['accounts']['login']>>

export const authRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine }) => {
  const { accounts, config } = engine
  const tags = ['accounts']
  const tokens = ({ actor, refreshToken }: Session): Tokens =>
    ({ accessToken: app.signAccess(actor), refreshToken, tokenType: 'Bearer', expiresIn: config.accessTokenTtlS })
  const member = ({ account: { passwordHash, id, ...account } }: Session): Account => account

  app.post('/api/v1/auth/register', {
    config: { permission: 'public' },
    schema: {
      tags,
      summary: 'A new account and its member; with an organisation it founds a tenant',
      body: Registration,
      response: { 200: answered(Envelope(Registered)), ...failures }
    }
  }, async ({ body, id }) => {
    const session = await accounts.register(body, config.tenantId)
    return inEnvelope({ data: { member: member(session), tokens: tokens(session) } }, id)
  })

  app.post('/api/v1/auth/login', {
    config: { permission: 'public' },
    schema: {
      tags,
      summary: 'Tokens for an address and a password',
      body: Credentials,
      response: { 200: answered(Envelope(Tokens)), ...failures }
    }
  }, async ({ body, id }) => inEnvelope({ data: tokens(await accounts.login(body)) }, id))

  app.post('/api/v1/auth/refresh', {
    config: { permission: 'public' },
    schema: {
      tags,
      summary: 'The next pair of tokens; a refresh token that comes twice ends the whole login',
      body: RefreshRequest,
      response: { 200: answered(Envelope(Tokens)), ...failures }
    }
  }, async ({ body, id }) => inEnvelope({ data: tokens(await accounts.refresh(body.refreshToken)) }, id))

  app.post('/api/v1/auth/logout', {
    config: { permission: 'session:end' },
    schema: {
      tags,
      summary: 'Ends this login, its access and its refresh tokens',
      response: { 200: answered(Envelope(Type.Object({ ended: Type.Boolean() }))), ...failures }
    }
  }, async (request) => {
    await accounts.logout(actorOf(request))
    return inEnvelope({ data: { ended: true } }, request.id)
  })
}
