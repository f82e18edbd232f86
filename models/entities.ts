import { Type, type Static } from 'typebox'
import { EntityId } from './affinity.js'
import { KINDS, type Kind } from './vocabulary.js'

const Strict = { additionalProperties: false }
const KindName = Type.Unsafe<Kind>(Type.String({ enum: [...KINDS] }))
const Reason = Type.String({ maxLength: 500 })

/** A node among those that may be one. `facts`: how many are said of it. */
const Same = Type.Object({ id: Type.String(), kind: KindName, name: Type.String(), facts: Type.Integer() })

/** Why two nodes may be one: they go by one key, by an alias, by names or texts that are alike. The value is between 0 and 1. */
export const SIGNS = ['key', 'alias', 'name', 'profile', 'goals', 'content'] as const
export type Sign = (typeof SIGNS)[number]

/** Two nodes that are probably one. Nothing is done about it before somebody says so. */
export const Duplicate = Type.Object({
  from: Same,
  into: Same,
  score: Type.Number({ minimum: 0, maximum: 1 }),
  reasons: Type.Array(Type.Object({ sign: Type.Unsafe<Sign>(Type.String({ enum: [...SIGNS] })), value: Type.Number({ minimum: 0, maximum: 1 }) }))
})
export type Duplicate = Static<typeof Duplicate>

export const DuplicatesRequest = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })) }, Strict)
export type DuplicatesRequest = Static<typeof DuplicatesRequest>

/** How much was looked at: nodes, and texts whose likes were searched; `truncated`: there was more. */
export const DuplicatesMeta = Type.Object({ nodes: Type.Integer(), searches: Type.Integer(), truncated: Type.Boolean() })
export type DuplicatesMeta = Static<typeof DuplicatesMeta>

export const MergeRequest = Type.Object({
  from: EntityId,
  into: EntityId,
  reason: Type.Optional(Reason),
  acrossKinds: Type.Optional(Type.Boolean({ description: 'also where the two are of different kinds; the surviving one keeps its own' }))
}, Strict)
export type MergeRequest = Static<typeof MergeRequest>

export const MERGE_STATES = ['running', 'done', 'undoing'] as const
export type MergeState = (typeof MERGE_STATES)[number]

/** That one node is another. `facts`: how many were moved; `aside`: facts between the two, which have no place meanwhile. */
export const Merge = Type.Object({
  id: Type.String(),
  from: Type.String(),
  into: Type.String(),
  state: Type.Unsafe<MergeState>(Type.String({ enum: [...MERGE_STATES] })),
  facts: Type.Integer(),
  aside: Type.Integer(),
  reason: Type.String(),
  by: Type.String(),
  at: Type.String({ description: 'ISO 8601' })
})
export type Merge = Static<typeof Merge>

export const AliasRequest = Type.Object({ id: EntityId, name: Type.String({ minLength: 1, maxLength: 300 }) }, Strict)
export type AliasRequest = Static<typeof AliasRequest>

/** By which further names a node goes. */
export const Aliases = Type.Object({ id: Type.String(), aliases: Type.Array(Type.String()) })
export type Aliases = Static<typeof Aliases>

export const ApartRequest = Type.Object({ ids: Type.Array(EntityId, { minItems: 2, maxItems: 2, uniqueItems: true }) }, Strict)
export type ApartRequest = Static<typeof ApartRequest>
