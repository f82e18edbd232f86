import { Type, type Static } from 'typebox'
import { LABELS, RELATIONS, type Label, type Relation } from './vocabulary.js'

const Word = <T extends string>(values: readonly T[]) => Type.Unsafe<T>(Type.String({ enum: [...values] }))

export const Polarity = Word(['+', '-'] as const)
export type Polarity = Static<typeof Polarity>

/** How sure the source is that the fact holds: it does, it might, or it is wished for. */
export const Modality = Word(['certain', 'possible', 'desired'] as const)
export type Modality = Static<typeof Modality>

/** Half-open range of UTF-16 offsets into the source text. */
export const Span = Type.Object({ start: Type.Integer({ minimum: 0 }), end: Type.Integer({ minimum: 0 }) }, { additionalProperties: false })
export type Span = Static<typeof Span>

/** Typed qualities of a fact: a count with its unit and platform, an amount, an outcome. */
export const FactProperties = Type.Object({
  count: Type.Optional(Type.Number()),
  countMin: Type.Optional(Type.Number()),
  countMax: Type.Optional(Type.Number()),
  unit: Type.Optional(Type.String()),
  platform: Type.Optional(Type.String()),
  amountMinor: Type.Optional(Type.Integer()),
  currency: Type.Optional(Type.String()),
  stage: Type.Optional(Type.String()),
  outcome: Type.Optional(Type.String()),
  partnershipId: Type.Optional(Type.String())
}, { additionalProperties: false })
export type FactProperties = Static<typeof FactProperties>

/** A day, ISO 8601. */
const Day = Type.String({ pattern: '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$' })

/** One extracted statement. Names are as in the text; `predicate` is a lemma phrase, `relation` its place in the closed vocabulary. */
export const Triple = Type.Object({
  subject: Type.String({ minLength: 1, maxLength: 500 }),
  predicate: Type.String({ minLength: 1, maxLength: 200 }),
  object: Type.String({ minLength: 1, maxLength: 500 }),
  relation: Word(RELATIONS),
  polarity: Polarity,
  modality: Modality,
  confidence: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  spans: Type.Object({
    sentence: Span,
    subject: Type.Optional(Span), // absent where the subject is understood, as in "Based in Leeds."
    predicate: Type.Optional(Span),
    object: Span
  }, { additionalProperties: false }),
  subjectType: Type.Optional(Word(LABELS)),
  objectType: Type.Optional(Word(LABELS)),
  validFrom: Type.Optional(Day),
  validTo: Type.Optional(Day),
  properties: Type.Optional(FactProperties)
}, { additionalProperties: false })
export type Triple = Static<typeof Triple>

/** A statement that did not become a triple, and why. */
export const Unmapped = Type.Object({ subject: Type.String(), predicate: Type.String(), object: Type.String(), reason: Type.String(), sentence: Span })
export type Unmapped = Static<typeof Unmapped>

/** A node by its identity: `id` is unique in a tenant, `key` is the normalised name by which texts find it. */
export interface EntityRef {
  id: string
  label: Label
  name: string
  named?: boolean // the id was made from the name, so it stands for whatever goes by that name
}

/** One piece of evidence for one fact; the identity of the fact is (tenant, subject, relation, lemma where MENTIONS, object). */
export interface Fact {
  subject: EntityRef
  relation: Relation
  lemma: string // the open predicate; part of the identity of MENTIONS only
  object: EntityRef
  polarity: Polarity
  modality: Modality
  confidence: number
  source: string // the document: 'member:mia-tran/profile', 'import:i1'
  sentence: string
  start: number | null // offsets of the sentence in the document
  end: number | null
  importId: string | null
  validFrom: string | null // ISO 8601
  validTo: string | null
  observedAt: string | null // null: now
  properties: FactProperties
  visibility?: 'network' | 'private' | null // absent or null: everyone may know
  recordedAt?: string // when it was written down, where that is not now; ISO 8601
  withdrawnAt?: string // the day on which its document ceased to say it
}
