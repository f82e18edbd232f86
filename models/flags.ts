import { Type, type Static } from 'typebox'
import { ROLES, TIERS, type Role, type Tier } from './actor.js'
import { EntityId } from './affinity.js'

const Strict = { additionalProperties: false }

export const FlagName = Type.String({ minLength: 1, maxLength: 100, pattern: '^[\\w.-]+$' })

/** Whom an enabled flag is on for: those who meet every condition that is given; without any, everyone. */
export const Conditions = Type.Object({
  memberIds: Type.Optional(Type.Array(EntityId, { minItems: 1, maxItems: 1000 })),
  tiers: Type.Optional(Type.Array(Type.Unsafe<Tier>(Type.String({ enum: [...TIERS] })), { minItems: 1, maxItems: TIERS.length })),
  roles: Type.Optional(Type.Array(Type.Unsafe<Role>(Type.String({ enum: [...ROLES] })), { minItems: 1, maxItems: ROLES.length })),
  percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'of the members; who is in stays in while it rises' }))
}, Strict)
export type Conditions = Static<typeof Conditions>

export const FlagInput = Type.Object({ isEnabled: Type.Boolean(), conditions: Type.Optional(Conditions) }, Strict)
export type FlagInput = Static<typeof FlagInput>

/** A switch of one organisation. */
export const Flag = Type.Object({ name: FlagName, isEnabled: Type.Boolean(), conditions: Conditions })
export type Flag = Static<typeof Flag>

/** Whether a flag is on for who asks; its definition is for those who may read it. */
export const FlagAnswer = Type.Object({ name: FlagName, isOn: Type.Boolean(), definition: Type.Optional(Flag) })
export type FlagAnswer = Static<typeof FlagAnswer>
