import { Type, type Static } from 'typebox'
import { ROLES, TIERS, type Role, type Tier } from './actor.js'
import { EntityId } from './affinity.js'

const Strict = { additionalProperties: false }
const Text = Type.String({ minLength: 1, maxLength: 5000 })
const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
const Industry = Type.String({ minLength: 1, maxLength: 100 })
export const MEMBER_TYPES = ['creator', 'brand_rep', 'agency', 'person'] as const
export type MemberType = typeof MEMBER_TYPES[number]
export const MemberKind = Type.Unsafe<MemberType>(Type.String({ enum: [...MEMBER_TYPES] }))

export const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+\\.[^\\s@.]+$' })
export const Password = Type.String({ minLength: 8, maxLength: 200 })

/** A new account. With an `organization` it founds a tenant of that name, whose admin it is. */
export const Registration = Type.Object({
  email: Email,
  password: Password,
  name: Name,
  type: Type.Optional(MemberKind),
  industry: Type.Optional(Industry),
  organization: Type.Optional(Name)
}, Strict)
export type Registration = Static<typeof Registration>

export const Credentials = Type.Object({ email: Email, password: Type.String({ minLength: 1, maxLength: 200 }) }, Strict)
export type Credentials = Static<typeof Credentials>

export const RefreshRequest = Type.Object({ refreshToken: Type.String({ minLength: 1, maxLength: 200 }) }, Strict)

/** What a client keeps: a short-lived token for requests, and a longer one that buys the next pair once. */
export const Tokens = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.String(),
  tokenType: Type.String({ enum: ['Bearer'] }),
  expiresIn: Type.Integer({ description: 'seconds that the access token lives' })
})
export type Tokens = Static<typeof Tokens>

export const Account = Type.Object({
  memberId: EntityId,
  tenantId: Type.String(),
  email: Type.String(),
  name: Type.String(),
  roles: Type.Array(Type.Unsafe<Role>(Type.String({ enum: [...ROLES] }))),
  permissions: Type.Array(Type.String()),
  tier: Type.Unsafe<Tier>(Type.String({ enum: [...TIERS] })),
  createdAt: Type.String(),
  updatedAt: Type.String()
})
export type Account = Static<typeof Account>

export const Registered = Type.Object({ member: Account, tokens: Tokens })

/** The groups of a profile that a member writes; the texts (`about`) are read for triples. */
export const ProfileGroups = Type.Object({
  basicInfo: Type.Object({ name: Name, about: Type.Optional(Text) }, Strict),
  businessInfo: Type.Object({ type: Type.Optional(MemberKind), industry: Type.Optional(Industry), about: Type.Optional(Text) }, Strict),
  goals: Type.Object({ about: Type.Optional(Text) }, Strict),
  preferences: Type.Object({ about: Type.Optional(Text) }, Strict)
}, Strict)
export type ProfileGroups = Static<typeof ProfileGroups>
export const GROUPS = ['basicInfo', 'businessInfo', 'goals', 'preferences'] as const
export type Group = typeof GROUPS[number]

/** Replaces the whole profile: a group that is left out is emptied. */
export const ProfileInput = Type.Object({
  basicInfo: ProfileGroups.properties.basicInfo,
  businessInfo: Type.Optional(ProfileGroups.properties.businessInfo),
  goals: Type.Optional(ProfileGroups.properties.goals),
  preferences: Type.Optional(ProfileGroups.properties.preferences)
}, Strict)
export type ProfileInput = Static<typeof ProfileInput>

/** Changes what it names: fields are merged into their group, `null` takes one away. */
const Nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()])
export const ProfilePatch = Type.Object({
  basicInfo: Type.Optional(Type.Object({ name: Type.Optional(Name), about: Type.Optional(Nullable(Text)) }, Strict)),
  businessInfo: Type.Optional(Type.Object({
    type: Type.Optional(MemberKind),
    industry: Type.Optional(Nullable(Industry)),
    about: Type.Optional(Nullable(Text))
  }, Strict)),
  goals: Type.Optional(Type.Object({ about: Type.Optional(Nullable(Text)) }, Strict)),
  preferences: Type.Optional(Type.Object({ about: Type.Optional(Nullable(Text)) }, Strict))
}, Strict)
export type ProfilePatch = Static<typeof ProfilePatch>

export const VISIBILITIES = ['public', 'network', 'private'] as const
export type Visibility = typeof VISIBILITIES[number]
const Seen = Type.Unsafe<Visibility>(Type.String({ enum: [...VISIBILITIES] }))

/** Who sees each group: everyone of the tenant, partners of today, or oneself. The name is always seen. */
export const Privacy = Type.Object({ basicInfo: Seen, businessInfo: Seen, goals: Seen, preferences: Seen }, Strict)
export type Privacy = Record<Group, Visibility>
export const PrivacyInput = Type.Partial(Privacy, Strict)

const Layer = Type.Unsafe<'unverified' | 'verified'>(Type.String({ enum: ['unverified', 'verified'] }))
export const Verification = Type.Object({ email: Layer, business: Layer, identity: Layer })

/** A member as someone may see it: groups that are not for them are left out. */
export const MemberProfile = Type.Object({
  id: EntityId,
  name: Type.String(),
  basicInfo: Type.Optional(ProfileGroups.properties.basicInfo),
  businessInfo: Type.Optional(ProfileGroups.properties.businessInfo),
  goals: Type.Optional(ProfileGroups.properties.goals),
  preferences: Type.Optional(ProfileGroups.properties.preferences),
  verification: Verification
})
export type MemberProfile = Static<typeof MemberProfile>

/** What the facts of a member come to as a brand. */
export interface BrandStrategy {
  valueProposition: string | null
  targetAudience: string[]
  contentPillars: string[]
  goals: string[]
}
