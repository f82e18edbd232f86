import { Type, type Static } from 'typebox'
import { Account } from './accounts.js'
import { ROLES, SCOPES, TIERS, type Role as RoleName, type Scope, type Tier } from './actor.js'

const Strict = { additionalProperties: false }
const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
const Id = Type.String({ minLength: 1, maxLength: 100 })

/** The fields of organisations and projects are spelt as the seed spells them. */
export const Organization = Type.Object({
  id: Type.String(),
  name: Type.String(),
  subscription_tier: Type.Unsafe<Tier>(Type.String({ enum: [...TIERS] })),
  created_at: Type.String()
})
export type Organization = Static<typeof Organization>

/** The space of a campaign. */
export const Project = Type.Object({ id: Type.String(), org_id: Type.String(), name: Type.String(), created_at: Type.String() })
export type Project = Static<typeof Project>
export const ProjectInput = Type.Object({ name: Name }, Strict)

export const PermissionName = Type.String({
  maxLength: 100,
  pattern: '^(\\*|[a-z_]+):(\\*|[a-z_]+)(@(own|party))?$',
  description: 'resource:action; "*" is any, "@own" holds for what is one\'s own, "@party" for what one takes part in'
})

/** A role of the organisation's own making. */
export const Role = Type.Object({ id: Type.String(), name: Type.String(), permissions: Type.Array(Type.String()), createdAt: Type.String() })
export type Role = Static<typeof Role>
export const RoleInput = Type.Object({ name: Name, permissions: Type.Array(PermissionName, { minItems: 1, maxItems: 100 }) }, Strict)
export type RoleInput = Static<typeof RoleInput>

/** Where a role of one's own making holds: in the organisation, or in one project or team of it. */
export const OrganizationRole = Type.Object({
  roleId: Id,
  scope: Type.Unsafe<Scope>(Type.String({ enum: [...SCOPES] })),
  scopeId: Id
}, Strict)
export type OrganizationRole = Static<typeof OrganizationRole>

/** All the roles that a member has from now on. */
export const RolesInput = Type.Object({
  roles: Type.Array(Type.Unsafe<RoleName>(Type.String({ enum: [...ROLES] })), { minItems: 1, maxItems: ROLES.length }),
  grants: Type.Optional(Type.Array(OrganizationRole, { maxItems: 100 }))
}, Strict)
export type RolesInput = Static<typeof RolesInput>

/** Someone with an account in the organisation. */
export const OrganizationMember = Type.Object({
  id: Type.String({ description: 'of the account, a UUID' }),
  ...Account.properties,
  grants: Type.Array(Type.Object({ roleId: Type.String(), scope: Type.String(), scopeId: Type.String(), permissions: Type.Array(Type.String()) }))
})
export type OrganizationMember = Static<typeof Account> & { id: string, grants: (OrganizationRole & { permissions: string[] })[] }

export const MembersPage = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'the next page of a list: its meta.cursor' }))
}, Strict)
export type MembersPage = Static<typeof MembersPage>
