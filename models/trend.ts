import { Type, type Static } from 'typebox'

export const TREND_STATUSES = ['emerging', 'rising', 'peaking', 'fading', 'steady'] as const
export type TrendStatus = typeof TREND_STATUSES[number]
const Status = Type.Unsafe<TrendStatus>(Type.String({ enum: [...TREND_STATUSES] }))

export const TrendsRequest = Type.Object({
  category: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  status: Type.Optional(Status),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 }))
}, { additionalProperties: false })
export type TrendsRequest = Static<typeof TrendsRequest>

/** A cultural trend: how much is said of it month by month, what that comes to, and whom it concerns. */
export const CulturalTrend = Type.Object({
  id: Type.String(),
  name: Type.String(),
  category: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  momentum_score: Type.Number({ description: 'in (0, 1); 0.5 is steady' }),
  status: Status,
  timeline: Type.Array(Type.Object({ month: Type.String(), evidence: Type.Integer() }), { description: 'the last twelve months' }),
  relevantMembers: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), weight: Type.Number() }))
})
export type CulturalTrend = Static<typeof CulturalTrend>
