import { Type, type Static } from 'typebox'
import { EntityId } from './affinity.js'

/**
 * What a member may say of someone or something they were shown, and how it is meant. `accept`, `reject` and `hide` are one stance:
 * a member holds one of them towards each target, and it is what the next answer goes by. The others are kept as they are.
 */
export const FEEDBACK = {
  shown: 'neutral',
  clicked: 'neutral',
  saved: 'positive',
  contacted: 'positive',
  accept: 'positive',
  edit: 'neutral',
  reject: 'negative',
  hide: 'negative',
  partnered: 'positive',
  rated: 'by its value'
} as const
export type FeedbackType = keyof typeof FEEDBACK
export const FEEDBACK_TYPES = Object.keys(FEEDBACK) as FeedbackType[]
export const STANCES: readonly FeedbackType[] = ['accept', 'reject', 'hide']

const TypeName = Type.Unsafe<FeedbackType>(Type.String({ enum: FEEDBACK_TYPES }))
const Reason = Type.String({ minLength: 1, maxLength: 1000 })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}(T[0-9:.]+Z)?$' })

export const FeedbackRequest = Type.Object({
  memberId: Type.Optional(Type.String({ ...EntityId, description: 'who says it; by default who asks' })),
  targetId: EntityId,
  type: TypeName,
  value: Type.Optional(Type.Number({ minimum: -1_000_000, maximum: 1_000_000, description: 'a rating, a count of seconds, …' })),
  reason: Type.Optional(Reason),
  at: Type.Optional(Day),
  recommId: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'of the answer that it is about' }))
}, { additionalProperties: false })
export type FeedbackRequest = Static<typeof FeedbackRequest>

const orNull = (type: string) => ({ type: [type, 'null'] })
export const Feedback = Type.Object({
  id: Type.String(),
  memberId: Type.String(),
  targetId: Type.String(),
  type: TypeName,
  value: Type.Unsafe<number | null>(orNull('number')),
  reason: Type.Unsafe<string | null>(orNull('string')),
  at: Type.String(),
  recommId: Type.Unsafe<string | null>(orNull('string'))
})
export type Feedback = Static<typeof Feedback>

/** Where a member stands towards someone. */
export interface Stance { id: string, targetId: string, type: 'accept' | 'reject' | 'hide', reason: string | null, at: string }
