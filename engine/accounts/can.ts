import type { Actor, Role } from '../../models/actor.js'
import { EngineError } from '../errors.js'

/**
 * `resource:action`. A grant may end in a condition: `@own` holds for what is the actor's, `@party` for what the actor takes part in.
 * `*` stands for every resource or action; of another tenant nothing is ever granted.
 */
export type Permission = `${string}:${string}`

/** What an action is done to: whose it is, and who takes part. What is not said limits nothing; a route asks before it knows the object. */
export interface Resource { tenantId?: string, memberId?: string, parties?: string[] }

const GUEST = ['affinity:read@own', 'member:read', 'graph:read', 'triple:extract']
const BASIC = [
  ...GUEST, 'member:update@own', 'member:export@own', 'member:erase@own', 'session:end@own', 'onboarding:create@own',
  'feedback:*@own', 'trend:read', 'event:read@own',
  'partnership:create@party', 'partnership:read@party', 'partnership:update@party', 'money:*@party', 'workspace:*@party', 'analytics:read@own'
]
const GRANTS: Record<Role, string[]> = {
  guest: GUEST,
  basic_member: BASIC,
  premium_member: BASIC,
  admin: ['*:*']
}

/** Whether an actor may do something: by the grants of the roles and those given beyond them. REST, GraphQL, WebSocket and CLI ask here. */
export function can (actor: Actor, permission: Permission, resource: Resource = {}): boolean {
  if (resource.tenantId !== undefined && resource.tenantId !== actor.tenantId) return false
  return [...actor.roles.flatMap((role) => GRANTS[role] ?? []), ...actor.permissions].some((grant) => covers(grant, actor, permission, resource))
}

function covers (grant: string, actor: Actor, permission: Permission, { memberId, parties }: Resource): boolean {
  const [pattern = '', condition] = grant.split('@')
  const [[resource, action], [grantedResource, grantedAction]] = [permission.split(':'), pattern.split(':')]
  if ((grantedResource !== '*' && grantedResource !== resource) || (grantedAction !== '*' && grantedAction !== action)) return false
  if (condition === 'own') return memberId === undefined || memberId === actor.memberId
  if (condition === 'party') return parties === undefined || parties.includes(actor.memberId)
  return condition === undefined
}

/** Refuses what the actor may not do. An object of another tenant is as good as missing; the caller says how a missing one is answered. */
export function demand (actor: Actor, permission: Permission, resource: Resource = {}): void {
  if (can(actor, permission, resource)) return
  throw new EngineError('permission_denied', `${actor.email || 'This account'} may not do this (${permission}); an admin of the organisation can grant it.`)
}

/** Through whose eyes: one's own, or those of a member named by someone who may look for others (an admin, an agency with `affinity:read`). */
export function seekerOf (actor: Actor, memberId?: string): string | undefined {
  const seeker = memberId ?? (actor.memberId || undefined)
  demand(actor, 'affinity:read', { memberId: seeker })
  return seeker
}

/** Whoever sits at the machine itself: the command line. */
export const operatorOf = (tenantId: string): Actor =>
  ({ memberId: '', tenantId, email: 'the local operator', roles: ['admin'], permissions: [], tier: 'enterprise', tokenId: 'local' })
