import type { FastifyRequest } from 'fastify'
import { operatorOf } from '../engine/accounts/can.js'
import type { Config } from '../engine/config.js'
import { EngineError } from '../engine/errors.js'
import type { Actor } from '../models/actor.js'

export { can, demand, seekerOf, type Permission, type Resource } from '../engine/accounts/can.js'

/** Who asks. Routes that are not public are only reached by someone. */
export function actorOf ({ actor }: Pick<FastifyRequest, 'actor'>): Actor {
  if (actor === null) throw new EngineError('unauthenticated', 'Log in first (POST /api/v1/auth/login) and send the access token as "Authorization: Bearer …".')
  return actor
}

/** Whoever looks through another's eyes sees no more than their own would. */
export const seenBy = ({ memberId }: Actor) => ({ viewerId: memberId })

/** The command line acts as whoever sits at the machine. */
export const operator = ({ tenantId }: Config): Actor => operatorOf(tenantId)
