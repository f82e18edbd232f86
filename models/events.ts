import { Type, type Static } from 'typebox'
import { Affinity } from './affinity.js'
import { Import } from './import-jobs.js'
import { Asset, Comment } from './workspaces.js'

const Id = Type.String()

/** What happened, by name: the seed's ten events and those of imports, each with the shape of its data. */
export const EVENTS = {
  MemberRegistered: Type.Object({ memberId: Id, profile: Type.Record(Type.String(), Type.Unknown()) }),
  MemberUpdated: Type.Object({ memberId: Id, changes: Type.Record(Type.String(), Type.Unknown()) }),
  PartnershipCreated: Type.Object({ partnershipId: Id, members: Type.Array(Id) }),
  PartnershipStageChanged: Type.Object({ partnershipId: Id, newStage: Type.String() }),
  MilestoneCompleted: Type.Object({ partnershipId: Id, milestoneId: Id }),
  AffinityCalculated: Type.Object({ memberId: Id, matches: Type.Array(Affinity) }),
  CulturalTrendDetected: Type.Object({
    trend: Type.Object({ id: Id, name: Type.String(), momentum_score: Type.Number(), status: Type.String() }),
    relevantMembers: Type.Array(Id)
  }),
  AssetUploaded: Type.Object({ workspaceId: Id, asset: Asset }),
  CommentAdded: Type.Object({ workspaceId: Id, comment: Comment }),
  WorkflowStateChanged: Type.Object({ workflowId: Id, newState: Type.String() }),
  ImportProgressed: Import,
  ImportEnded: Import
} as const
export type EventName = keyof typeof EVENTS

/** An event as it is stored and sent: numbered per tenant, on the channels that may hear it. */
export type EngineEvent = { [N in EventName]: { name: N, data: Static<typeof EVENTS[N]> } }[EventName]
export type NumberedEvent = EngineEvent & { number: number, at: string, channels: string[] }

/**
 * Tells what happened to whoever listens on the channels: `partnership:{id}`, `affinity:{memberId}`, `workspace:{id}`, `member:{id}`, `import:{id}`.
 * What is emitted again under the same `key` (an outbox that repeats itself) is told once.
 */
export type Emit = (tenantId: string, event: EngineEvent, channels: string[], key?: string) => Promise<void>
