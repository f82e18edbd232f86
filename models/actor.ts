/** Who acts: the claims of a verified token. */
export interface Actor {
  memberId: string
  tenantId: string
  email: string
  roles: Role[]
  permissions: string[] // granted beyond those of the roles, as resource:action
  tier: Tier
  tokenId: string
}

export const ROLES = ['admin', 'premium_member', 'basic_member', 'guest'] as const
export type Role = typeof ROLES[number]
export const TIERS = ['free', 'basic', 'premium', 'enterprise'] as const
export type Tier = typeof TIERS[number]
