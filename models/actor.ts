/** Who acts: the claims of a verified token. */
export interface Actor {
  memberId: string
  tenantId: string
  email: string
  roles: Role[]
  permissions: string[] // granted beyond those of the roles, as resource:action
  tier: Tier
  tokenId: string
  /** Roles of the organisation's own making, each with where it holds. */
  grants?: Grant[]
}

/** What a role of the organisation's own making adds: in all of the organisation, or in one project or team of it. */
export interface Grant { roleId: string, scope: Scope, scopeId: string, permissions: string[] }

export const SCOPES = ['org', 'project', 'team'] as const
export type Scope = typeof SCOPES[number]

export const ROLES = ['admin', 'premium_member', 'basic_member', 'guest'] as const
export type Role = typeof ROLES[number]
export const TIERS = ['free', 'basic', 'premium', 'enterprise'] as const
export type Tier = typeof TIERS[number]
