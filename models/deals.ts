import { Type, type Static } from 'typebox'
import { EntityId } from './affinity.js'

const Strict = { additionalProperties: false } as const
const Word = <T extends string>(values: readonly T[]) => Type.Unsafe<T>(Type.String({ enum: [...values] }))
const Id = Type.String({ minLength: 1, maxLength: 100 })
const At = Type.String({ description: 'ISO 8601' })
const orNull = <T>(type: 'string' | 'integer') => Type.Unsafe<T | null>({ type: [type, 'null'] })

export const STAGES = ['discovery', 'initial_contact', 'negotiation', 'contract_review', 'execution', 'performance_tracking', 'completion'] as const
export type Stage = typeof STAGES[number]
export const STATUSES = ['active', 'on_hold', 'completed', 'declined', 'cancelled'] as const
export type Status = typeof STATUSES[number]
export const PARTY_ROLES = ['initiator', 'partner', 'agency'] as const
export const MILESTONE_STATUSES = ['pending', 'in_progress', 'completed', 'cancelled'] as const
export const TRANSACTION_TYPES = ['payment', 'refund'] as const

const StageName = Word(STAGES)
const StatusName = Word(STATUSES)

/** Ten thousand million in a currency of cents: sums of many such still fit what JSON can carry exactly. */
export const AMOUNT_MAX = 1_000_000_000_000
const Amount = (minimum: number) => Type.Integer({ minimum, maximum: AMOUNT_MAX, description: 'in minor units, as cents' })
const Minor = Type.Integer({ description: 'in minor units, as cents' })
const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' })
const RatePpm = Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'parts per million: 50000 is 5 %' })
const Title = Type.String({ minLength: 1, maxLength: 200 })
const Reason = Type.String({ minLength: 1, maxLength: 1_000 })
const Version = Type.Integer({ minimum: 1, maximum: 2_000_000_000 })

export const PartyInput = Type.Object({
  memberId: EntityId,
  role: Type.Optional(Word(PARTY_ROLES)),
  permissions: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z]+:[a-z]+$', maxLength: 50 }), { maxItems: 20 }))
}, Strict)

export const PartnershipInput = Type.Object({
  title: Title,
  members: Type.Array(PartyInput, { minItems: 2, maxItems: 10 }),
  totalValueMinor: Type.Optional(Amount(0)),
  currency: Type.Optional(Currency),
  commissionRatePpm: Type.Optional(RatePpm)
}, Strict)
export type PartnershipInput = Static<typeof PartnershipInput>

export const PartnershipPatch = Type.Object({
  title: Type.Optional(Title),
  totalValueMinor: Type.Optional(Amount(0)),
  commissionRatePpm: Type.Optional(RatePpm),
  status: Type.Optional(StatusName),
  reason: Type.Optional(Reason),
  expectedVersion: Type.Optional(Version)
}, Strict)
export type PartnershipPatch = Static<typeof PartnershipPatch>

export const StageInput = Type.Object({ stage: StageName, reason: Type.Optional(Reason), expectedVersion: Type.Optional(Version) }, Strict)
export type StageInput = Static<typeof StageInput>

export const PartnershipFilter = Type.Object({
  stage: Type.Optional(StageName),
  status: Type.Optional(StatusName),
  member: Type.Optional(EntityId),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(Id)
}, Strict)
export type PartnershipFilter = Static<typeof PartnershipFilter>

export const Milestone = Type.Object({
  id: Id,
  partnershipId: Id,
  title: Type.String(),
  dueDate: orNull<string>('string'),
  status: Word(MILESTONE_STATUSES),
  completedAt: orNull<string>('string')
})
export type Milestone = Static<typeof Milestone>

const DueDate = Type.String({ pattern: '^[1-9]\\d{3}-\\d{2}-\\d{2}$', description: 'as 2026-11-30' })
export const MilestoneInput = Type.Object({ title: Title, dueDate: Type.Optional(DueDate), status: Type.Optional(Word(MILESTONE_STATUSES)) }, Strict)
export type MilestoneInput = Static<typeof MilestoneInput>
export const MilestonePatch = Type.Partial(MilestoneInput, Strict)
export type MilestonePatch = Static<typeof MilestonePatch>

/** A deal between members: what is agreed, and how far it has come. */
export const Partnership = Type.Object({
  id: Id,
  title: Type.String(),
  members: Type.Array(Type.Object({ memberId: EntityId, role: Word(PARTY_ROLES), permissions: Type.Array(Type.String()) })),
  totalValueMinor: Minor,
  currency: Type.String(),
  commissionRatePpm: Type.Integer(),
  stage: StageName,
  status: StatusName,
  version: Type.Integer({ description: 'counts the changes; send it back as expectedVersion' }),
  milestones: Type.Array(Milestone),
  /** The stages it may move to from here. */
  moves: Type.Array(StageName),
  createdBy: Type.String(),
  createdAt: At,
  updatedAt: At,
  closedAt: orNull<string>('string')
})
export type Partnership = Static<typeof Partnership>

export const StageChange = Type.Object({
  version: Type.Integer(),
  fromStage: orNull<string>('string'),
  toStage: StageName,
  fromStatus: orNull<string>('string'),
  toStatus: StatusName,
  reason: orNull<string>('string'),
  actorId: Type.String(),
  at: At
})
export type StageChange = Static<typeof StageChange>

export const TransactionInput = Type.Object({
  type: Word(TRANSACTION_TYPES),
  amountMinor: Amount(1),
  currency: Type.Optional(Currency),
  refundOf: Type.Optional(Id),
  note: Type.Optional(Reason)
}, Strict)
export type TransactionInput = Static<typeof TransactionInput>

const ACCOUNTS = ['clearing', 'payable', 'commission'] as const
export const LedgerEntry = Type.Object({
  transactionId: Id,
  line: Type.Integer(),
  account: Word(ACCOUNTS),
  amountMinor: Type.Integer({ description: 'positive: debit; negative: credit' }),
  currency: Type.String()
})
export type LedgerEntry = Static<typeof LedgerEntry>

export const Transaction = Type.Object({
  id: Id,
  partnershipId: Id,
  type: Word(TRANSACTION_TYPES),
  status: Type.String(),
  amountMinor: Minor,
  currency: Type.String(),
  refundOf: orNull<string>('string'),
  note: orNull<string>('string'),
  commission: Type.Object({ baseMinor: Minor, ratePpm: Type.Integer(), amountMinor: Minor }),
  actorId: Type.String(),
  createdAt: At
})
export type Transaction = Static<typeof Transaction>

/** What the accounts of a partnership hold; the balances of one currency sum to zero, as do the entries of each transaction. */
export const Ledger = Type.Object({
  entries: Type.Array(LedgerEntry),
  balances: Type.Array(Type.Object({ account: Word(ACCOUNTS), currency: Type.String(), amountMinor: Minor }))
})
export type Ledger = Static<typeof Ledger>

export const ANALYSES = ['dashboard', 'partnerships', 'performance'] as const
export type Analysis = typeof ANALYSES[number]

/** One number, where it comes from, and where one sees what it is made of. */
export const Figure = Type.Object({
  name: Type.String(),
  value: Type.Number(),
  unit: Type.String({ description: 'count, days, ratio, or a currency, then in minor units' }),
  of: orNull<string>('string'),
  source: Word(['postgres', 'neo4j', 'both'] as const),
  n: Type.Optional(Type.Integer({ description: 'how many partnerships or transactions it is made of' })),
  counts: Type.String({ description: 'what it counts, in words' }),
  drill: Type.String({ description: 'the request that lists what it counts' })
})
export type Figure = Static<typeof Figure>

/** A figure that has grown, beside what it was in the period before, and how many things each is made of. */
export interface Insight extends Pick<Figure, 'name' | 'value' | 'unit' | 'of'> {
  kind: 'positive'
  previous: number
  sampleSize: number
  previousSampleSize: number
  text: string
}

/** Where the two stores disagree about a partnership; `waiting`: the outbox has still to bring it. */
export const Difference = Type.Object({ partnershipId: Id, waiting: Type.Boolean(), what: Type.String() })
export type Difference = Static<typeof Difference>
