import jwt from '@fastify/jwt'
import type { FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../../engine/config.js'
import { EngineError } from '../../engine/errors.js'
import type { Actor, Role, Tier } from '../../models/actor.js'
import { actorOf, demand, type Permission } from '../actor.js'

/** What it needs to know of accounts. */
export interface Accounted { accounts: { jwtSecret: string, actorOfToken: (jti: string) => Promise<Actor> }, config: Pick<Config, 'accessTokenTtlS'> }

/**
 * What an access token says. Who may do what is asked of the account anew, so a token only proves who it is; but where nobody can be asked,
 * it is believed for as long as it lasts, on the routes that say so.
 */
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
  interface FastifyContextConfig {
    permission?: Permission | 'public'
    /** It only reads, and answers without Neo4j: while that does not answer, a token is believed that cannot be asked about. */
    withoutSession?: boolean
  }
  interface FastifyRequest {
    /** Who asks; null: nobody who is known. */
    actor: Actor | null
    refusal: EngineError | null
  }
  interface FastifyInstance {
    signAccess: (actor: Actor) => string
    /** Who acts by an access token; for doors without an Authorization header (WebSocket). */
    authenticate: Authenticate
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
export const auth = fp<{ engine: Accounted }>(async (app, { engine }) => {
  await app.register(jwt, {
    secret: engine.accounts.jwtSecret,
    sign: { algorithm: 'HS256', iss: ISSUER, aud: AUDIENCE, expiresIn: `${engine.config.accessTokenTtlS}s` },
    verify: { cache: TOKENS_KEPT, cacheTTL: TOKENS_KEPT_MS, algorithms: ['HS256'], allowedIss: ISSUER, allowedAud: AUDIENCE, requiredClaims: ['sub', 'jti', 'tid', 'iat', 'exp', 'iss', 'aud'] }
  })
  app.decorate('signAccess', ({ memberId, email, roles, permissions, tier, tokenId, tenantId }: Actor) =>
    app.jwt.sign({ sub: memberId, email, roles, permissions, subscription_tier: tier, jti: tokenId, tid: tenantId }))
  const sessions = asking(engine.accounts.actorOfToken)
  app.decorate('authenticate', async (token: string, { withoutSession = false } = {}) => {
    const claims = verified(() => app.jwt.verify<Claims>(token))
    const actor = await (withoutSession ? sessions.orBelieve(claims) : engine.accounts.actorOfToken(claims.jti))
    if (actor.memberId !== claims.sub || actor.tenantId !== claims.tid) throw new EngineError('unauthenticated', INVALID)
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

type Authenticate = (token: string, options?: { withoutSession?: boolean }) => Promise<Actor>

/**
 * Asks for the session of a token. Where Neo4j does not answer the token is believed, and until it answers again nobody waits for it. That a
 * token was revoked is then not seen.
 */
function asking (actorOfToken: (jti: string) => Promise<Actor>) {
  let silent = false
  let probing: Promise<void> | null = null

  /** The actor; null where nobody could be asked. */
  const ask = ({ jti }: Claims) => actorOfToken(jti).catch((error: unknown) => {
    if (error instanceof EngineError && error.code === 'unavailable') return null
    throw error
  })
  /** Whether Neo4j answers again; one asks for all. */
  const probe = (claims: Claims) => {
    probing ??= ask(claims).then((actor) => { silent = actor === null }, () => { silent = false }).finally(() => { probing = null })
  }

  return {
    async orBelieve (claims: Claims): Promise<Actor> {
      if (!silent) {
        const actor = await ask(claims)
        if (actor !== null) return actor
        silent = true
      }
      probe(claims)
      return believed(claims)
    }
  }
}

const believed = ({ sub, tid, jti, email, roles, permissions, subscription_tier: tier }: Claims): Actor =>
  ({ memberId: sub, tenantId: tid, email, roles: roles as Role[], permissions, tier: tier as Tier, tokenId: jti })

const INVALID = 'This access token is not valid or has expired; refresh it or log in again.'

function verified<T> (verify: () => T): T {
  try {
    return verify()
  } catch (error) {
    throw new EngineError('unauthenticated', INVALID, [], { cause: error })
  }
}

/** A token that is wrong is refused later, when the limits have counted it; a store that does not answer, at once. */
async function recognise (authenticate: Authenticate, request: FastifyRequest): Promise<void> {
  const header = request.headers.authorization
  if (header === undefined) return
  try {
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(header) ?? []
    if (token === undefined) throw new EngineError('unauthenticated', 'Authorization must be "Bearer" and an access token.')
    request.actor = await authenticate(token, request.routeOptions.config)
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
