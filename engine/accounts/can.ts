import type { Actor, Grant, Role } from '../../models/actor.js'
import { EngineError } from '../errors.js'

/**
 * `resource:action`. A grant may end in a condition: `@own` holds for what is the actor's, `@party` for what the actor takes part in.
 * `*` stands for every resource or action; of another tenant nothing is ever granted.
 */
export type Permission = `${string}:${string}`

/**
 * What an action is done to: whose it is, who takes part, and which project or team it belongs to. Where nothing is said, neither `@own`
 * nor `@party` limits it: a route asks before it knows the object. Of what has parties nothing is `@own`, of what is someone's nothing `@party`.
 */
export interface Resource { tenantId?: string, memberId?: string, parties?: string[], projectId?: string, teamId?: string }

const GUEST = ['affinity:read@own', 'member:read', 'graph:read', 'triple:extract', 'flag:read@own']
const BASIC = [
  ...GUEST, 'member:update@own', 'member:export@own', 'member:erase@own', 'session:end@own', 'onboarding:create@own',
  'feedback:*@own', 'trend:read', 'event:read@own', 'org:read@own',
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
  return heldIn(actor, resource).some((grant) => covers(grant, actor, permission, resource))
}

/** All that someone holds in a place: by role, beyond that, and by the roles of the organisation's own making. */
function heldIn (actor: Actor, place: Resource): string[] {
  const own = (actor.grants ?? []).filter((grant) => reaches(grant, actor, place)).flatMap(({ permissions }) => permissions)
  return [...permissionsOf(actor.roles), ...actor.permissions, ...own]
}

export const permissionsOf = (roles: Role[]): string[] => roles.flatMap((role) => GRANTS[role] ?? [])

/** What is granted for a project or a team holds only where the resource names it: a question without an object would be let in everywhere. */
function reaches ({ scope, scopeId }: Grant, { tenantId }: Actor, { projectId, teamId }: Resource): boolean {
  return scopeId === { org: tenantId, project: projectId, team: teamId }[scope]
}

/** Whether someone may hand a grant on: only what they hold themselves, in the same place, under no narrower condition. */
export function mayHandOn (actor: Actor, grant: string, place: Resource = {}): boolean {
  const [pattern, condition] = grant.split('@')
  return heldIn(actor, place).some((held) => {
    const [heldPattern, heldCondition] = held.split('@')
    return matches(heldPattern!, pattern!) && (heldCondition === undefined || heldCondition === condition)
  })
}

function matches (pattern: string, permission: string): boolean {
  const [[resource, action], [grantedResource, grantedAction]] = [permission.split(':'), pattern.split(':')]
  return (grantedResource === '*' || grantedResource === resource) && (grantedAction === '*' || grantedAction === action)
}

function covers (grant: string, actor: Actor, permission: Permission, { memberId, parties }: Resource): boolean {
  const [pattern = '', condition] = grant.split('@')
  if (!matches(pattern, permission)) return false
  if (condition === 'own') return memberId === undefined ? parties === undefined : memberId === actor.memberId
  if (condition === 'party') return parties === undefined ? memberId === undefined : parties.includes(actor.memberId)
  return condition === undefined
}

/** What is nobody's alone: no condition lets anyone at it. */
export const ALL: Resource = { memberId: '*' }

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
