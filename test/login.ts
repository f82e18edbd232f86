import { randomBytes, randomUUID } from 'node:crypto'
import type { App } from '../api/app.js'
import type { Engine } from '../engine/engine.js'
import type { Registration } from '../models/accounts.js'
import type { Actor } from '../models/actor.js'

export const PASSWORD = 'correct horse battery'

/** Someone who is logged in: the actor, and the header that says so. */
export interface Login { actor: Actor, headers: { authorization: string }, refreshToken: string, email: string }

/** A new account with a login. Without a tenant it founds one, whose admin it is; its tier lets a test ask often. */
export async function loggedIn (app: App, engine: Engine, { tenantId, name = 'Ada Lind', ...more }: Partial<Registration> & { tenantId?: string } = {}): Promise<Login> {
  const email = `${randomUUID()}@example.org`
  const registration = { email, password: PASSWORD, name, ...tenantId === undefined ? { organization: `Test ${randomBytes(4).toString('hex')}` } : {}, ...more }
  await engine.accounts.register(registration, tenantId)
  await engine.accounts.grant(email, { tier: 'enterprise' })
  const { actor, refreshToken } = await engine.accounts.login({ email, password: PASSWORD })
  return { actor, refreshToken, email, headers: { authorization: `Bearer ${app.signAccess(actor)}` } }
}
