import jwt from '@fastify/jwt'
import type { FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { Engine } from '../../engine/engine.js'
import { EngineError } from '../../engine/errors.js'
import type { Actor } from '../../models/actor.js'
import { actorOf, demand, type Permission } from '../actor.js'

/** What an access token says. Who may do what is asked of the account anew, so a token only proves who it is. */
export interface Claims {
  sub: string
  email: string
  roles: string[]
  permissions: string[]
  subscription_tier: string
  jti: string
  tid: string
}

declare module 'fastify' {
  interface FastifyContextConfig { permission?: Permission | 'public' }
  interface FastifyRequest {
    /** Who asks; null: nobody who is known. */
    actor: Actor | null
    refusal: EngineError | null
  }
  interface FastifyInstance {
    signAccess: (actor: Actor) => string
    /** Who acts by an access token; for doors without an Authorization header (WebSocket). */
    authenticate: (token: string) => Promise<Actor>
    /** Every route with the permission that it declares. */
    routeTable: { method: string, url: string, permission: Permission | 'public' }[]
  }
}
declare module '@fastify/jwt' {
  interface FastifyJWT { payload: Claims }
}

const ISSUER = 'teraffi'
const AUDIENCE = 'teraffi-api'
/** A signature that was found right once is not worked out again for a while; whether the session still lives is asked each time. */
const [TOKENS_KEPT, TOKENS_KEPT_MS] = [1_000, 60_000]

/** Routes that come from plug-ins, by their beginning. */
const OTHERS: Record<string, Permission | 'public'> = { '/docs': 'public', '*': 'public' }

/** Who asks, and whether they may: a token is read on arrival, the permission of the route is asked before the body is read. */
export const auth = fp<{ engine: Engine }>(async (app, { engine }) => {
  await app.register(jwt, {
    secret: engine.accounts.jwtSecret,
    sign: { algorithm: 'HS256', iss: ISSUER, aud: AUDIENCE, expiresIn: `${engine.config.accessTokenTtlS}s` },
    verify: { cache: TOKENS_KEPT, cacheTTL: TOKENS_KEPT_MS, algorithms: ['HS256'], allowedIss: ISSUER, allowedAud: AUDIENCE, requiredClaims: ['sub', 'jti', 'tid', 'iat', 'exp', 'iss', 'aud'] }
  })
  app.decorate('signAccess', ({ memberId, email, roles, permissions, tier, tokenId, tenantId }: Actor) =>
    app.jwt.sign({ sub: memberId, email, roles, permissions, subscription_tier: tier, jti: tokenId, tid: tenantId }))
  app.decorate('authenticate', async (token: string) => {
    const { sub, jti, tid } = verified(() => app.jwt.verify<Claims>(token))
    const actor = await engine.accounts.actorOfToken(jti)
    if (actor.memberId !== sub || actor.tenantId !== tid) throw new EngineError('unauthenticated', INVALID)
    return actor
  })

  app.decorateRequest('actor', null)
  app.decorateRequest('refusal', null)
  app.addHook('onRequest', async (request) => { await recognise(app.authenticate, request) })
  app.addHook('preParsing', async (request) => { admit(request) })

  const routes: RouteOptions[] = []
  app.decorate('routeTable', [])
  app.addHook('onRoute', (route) => { routes.push(route) })
  app.addHook('onReady', async () => {
    for (const { method, url, config } of routes) {
      const permission = config?.permission ?? permissionOfOthers(url)
      if (permission === undefined) throw new Error(`${String(method)} ${url} declares no permission; give it config: { permission: 'resource:action' } or 'public'.`)
      for (const one of [method].flat()) app.routeTable.push({ method: one, url, permission })
    }
  })
})

const INVALID = 'This access token is not valid or has expired; refresh it or log in again.'

function verified<T> (verify: () => T): T {
  try {
    return verify()
  } catch (error) {
    throw new EngineError('unauthenticated', INVALID, [], { cause: error })
  }
}

/** A token that is wrong is refused later, when the limits have counted it; a store that does not answer, at once. */
async function recognise (authenticate: (token: string) => Promise<Actor>, request: FastifyRequest): Promise<void> {
  const header = request.headers.authorization
  if (header === undefined) return
  try {
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(header) ?? []
    if (token === undefined) throw new EngineError('unauthenticated', 'Authorization must be "Bearer" and an access token.')
    request.actor = await authenticate(token)
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'unauthenticated') throw error
    request.refusal = error
  }
}

function admit (request: FastifyRequest): void {
  const { is404, routeOptions: { config, url } } = request
  if (is404) return
  const permission = config.permission ?? permissionOfOthers(url ?? '')
  if (permission === 'public') return
  if (request.refusal !== null) throw request.refusal
  demand(actorOf(request), permission!)
}

const permissionOfOthers = (url: string) => Object.entries(OTHERS).find(([beginning]) => url === beginning || url.startsWith(`${beginning}/`))?.[1]
