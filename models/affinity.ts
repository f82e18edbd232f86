import { Type, type Static } from 'typebox'
import { Modality, Polarity, Span, Triple, Unmapped } from './triple.js'
import { KINDS, RELATIONS, type Kind, type Label, type Relation } from './vocabulary.js'

const Strict = { additionalProperties: false }
const Words = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 50 })
export const EntityId = Type.String({ minLength: 1, maxLength: 300 })
export const KindName = Type.Unsafe<Kind>(Type.String({ enum: KINDS }))

/** Narrows who may be found. Everything given must hold; within one list any value will do. */
export const Filters = Type.Object({
  industry: Type.Optional(Words),
  regions: Type.Optional(Words),
  ageBands: Type.Optional(Words),
  genders: Type.Optional(Words),
  languages: Type.Optional(Words),
  interests: Type.Optional(Words),
  followers: Type.Optional(Type.Object({ min: Type.Optional(Type.Integer({ minimum: 0 })), max: Type.Optional(Type.Integer({ minimum: 0 })) }, Strict)),
  budget: Type.Optional(Type.Object({
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    minMinor: Type.Optional(Type.Integer({ minimum: 0 })),
    maxMinor: Type.Optional(Type.Integer({ minimum: 0 }))
  }, Strict))
}, Strict)
export type Filters = Static<typeof Filters>

/** Who stays out of the list: oneself and blocked members always do. */
export const Exclude = Type.Object({
  own: Type.Optional(Type.Boolean({ default: true, description: 'what the seeker made, owns or founded' })),
  partnered: Type.Optional(Type.Boolean({ default: true, description: 'those with a current, certain, positive partnership' })),
  seen: Type.Optional(Type.Boolean({ default: true, description: 'items the seeker already has' })),
  memberIds: Type.Optional(Type.Array(EntityId, { maxItems: 1000 }))
}, Strict)
export type Exclude = Static<typeof Exclude>

/** The terms of the score. Each reason belongs to one; the weights are in `engine/affinity/weights.ts`. */
export const TERMS = ['direct', 'shared', 'goal', 'audience', 'trend', 'walk', 'similarity', 'goalSimilarity', 'feedback', 'conflict'] as const
export type Term = typeof TERMS[number]
const Weight = Type.Optional(Type.Number({ minimum: 0, maximum: 100 }))
export const Weights = Type.Object(Object.fromEntries(TERMS.map((term) => [term, Weight])) as Record<Term, typeof Weight>, Strict)
export type Weights = Record<Term, number>

export const Explain = Type.Unsafe<'none' | 'summary' | 'full'>(Type.String({ enum: ['none', 'summary', 'full'], default: 'summary' }))

/** Whether reasons come with their facts and the sentences behind these, which are read from the graph: those told in full always do. */
export const Evidence = Type.Boolean({ default: false, description: 'reasons with the facts on their paths and the sentences behind them; explain=full has them always' })

/** Who is looked for, by a stored seeker (`memberId`) or in plain words (`query`, `goals`), or both. */
export const DiscoverRequest = Type.Object({
  memberId: Type.Optional(EntityId),
  query: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
  goals: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 2000 }), { maxItems: 10 })),
  kinds: Type.Optional(Type.Array(KindName, { minItems: 1, maxItems: KINDS.length })),
  filters: Type.Optional(Filters),
  exclude: Type.Optional(Exclude),
  weights: Type.Optional(Weights),
  minScore: Type.Optional(Type.Number()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 10 })),
  explain: Type.Optional(Explain),
  evidence: Type.Optional(Evidence),
  asOf: Type.Optional(Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])(T[0-2]\\d:[0-5]\\d:[0-5]\\d(\\.\\d{1,3})?Z)?$' }))
}, Strict)
export type DiscoverRequest = Static<typeof DiscoverRequest>

/** A fact as cited by a reason: what the graph holds, and the sentence it was read from. */
export const CitedFact = Type.Object({
  id: Type.String(),
  subject: Type.String({ description: 'entity id' }),
  relation: Type.Unsafe<Relation>(Type.String({ enum: RELATIONS })),
  lemma: Type.String(),
  says: Type.String({ description: 'what it says of the subject, in words: "would like to work with"' }),
  object: Type.String({ description: 'entity id' }),
  polarity: Polarity,
  modality: Modality,
  confidence: Type.Number(),
  source: Type.String(),
  sentence: Type.String(),
  span: Type.Optional(Span)
})
export type CitedFact = Static<typeof CitedFact>

/** One named part of a score. `path` alternates entity ids and fact ids; it is empty where the part is a likeness of texts. */
export const Reason = Type.Object({
  term: Type.Unsafe<Term>(Type.String({ enum: [...TERMS] })),
  text: Type.String(),
  value: Type.Number({ description: 'already weighted: the values of all reasons sum to the score' }),
  path: Type.Array(Type.String()),
  facts: Type.Array(CitedFact, { description: 'those on the path, where `evidence` is asked for' })
})
export type Reason = Static<typeof Reason>

/** For each degree, by kind of node: how much more is to be expected of what has so many facts, about 1 for what is typical. */
export type Prior = Partial<Record<Label, number[]>>

/** How close one entity is to the seeker, and why. */
export const Affinity = Type.Object({
  id: Type.String(),
  kind: KindName,
  name: Type.String(),
  rank: Type.Integer(),
  score: Type.Number({ description: 'additive and unbounded' }),
  confidence: Type.Number({ description: 'in [0, 1]: how sure the facts behind the score are, apart from the score' }),
  components: Type.Record(Type.String(), Type.Number(), { description: 'the score by term' }),
  reasons: Type.Array(Reason),
  warnings: Type.Array(Type.String())
})
export type Affinity = Static<typeof Affinity>

/** What an answer says about itself. */
export const AnswerMeta = Type.Object({
  requestId: Type.Optional(Type.String()),
  recommId: Type.Optional(Type.String()),
  cursor: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'asks for the next page of this very list' })),
  tookMs: Type.Number(),
  cached: Type.Boolean(),
  graphVersion: Type.Integer(),
  embedder: Type.String(),
  weights: Type.Record(Type.String(), Type.Number()),
  fallback: Type.Union([Type.String(), Type.Null()]),
  degraded: Type.Array(Type.String())
})
export type AnswerMeta = Static<typeof AnswerMeta>
export interface Answer { data: Affinity[], meta: AnswerMeta }

/** Two answers in plain words; `triples` replaces what would be extracted, after a person has corrected it. */
export const OnboardingRequest = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  type: Type.Optional(Type.Unsafe<'creator' | 'brand_rep' | 'agency' | 'person'>(Type.String({ enum: ['creator', 'brand_rep', 'agency', 'person'], default: 'creator' }))),
  industry: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  answers: Type.Array(Type.String({ minLength: 1, maxLength: 5000 }), { minItems: 2, maxItems: 2 }),
  triples: Type.Optional(Type.Array(Triple, { maxItems: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 5 }))
}, Strict)
export type OnboardingRequest = Static<typeof OnboardingRequest>

/** The two answers alone, to see what would be understood. */
export const PreviewRequest = Type.Pick(OnboardingRequest, ['name', 'answers'], Strict)
export const Preview = Type.Object({ triples: Type.Array(Triple), unmapped: Type.Array(Unmapped) })

export const Onboarding = Type.Object({
  memberId: Type.String(),
  triples: Type.Array(Triple),
  unmapped: Type.Array(Unmapped),
  firstMatches: Type.Array(Affinity)
})
export type Onboarding = Static<typeof Onboarding>

/** The nodes and facts around one entity. */
export const Neighborhood = Type.Object({
  nodes: Type.Array(Type.Object({ id: Type.String(), kind: KindName, name: Type.String(), degree: Type.Integer() })),
  facts: Type.Array(CitedFact)
})
export type Neighborhood = Static<typeof Neighborhood>
