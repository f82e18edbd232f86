import type { Actor } from '../../models/actor.js'
import type { AuditRequest } from '../../models/audit.js'
import type { Analysis, Difference, Partnership, PartnershipFilter, PartnershipInput } from '../../models/deals.js'
import type { Emit } from '../../models/events.js'
import { can, demand, type Permission } from '../accounts/can.js'
import { analytics, type AnalyticsRequest } from './analytics.js'
import { audit } from './audit.js'
import type { Deals } from '../deals/db.js'
import { insights } from './insights.js'
import { addTransaction, ledgerOf, listTransactions } from '../deals/ledger.js'
import { anonymise, isParty, keptOf, worksWith } from '../deals/members.js'
import { deliverNext, startOutbox, type Deliver } from '../deals/outbox.js'
import { addMilestone, changeMilestone, changePartnership, createPartnership, getPartnership, listPartnerships, moveStage, stageHistory } from '../deals/partnerships.js'
import { EngineError } from '../errors.js'
import { mayKnow } from '../graph/cite.js'
import type { Graph } from '../graph/graph.js'
import { differences, mirror, partiesOf } from './mirror.js'

/** Where deals are made: Postgres holds them, the graph and the listeners learn of them through the outbox. */
export type Desk = ReturnType<typeof openDealsDesk>

/** So long an answer waits for the graph, so that who asks next finds there what was just agreed; then the worker brings it. */
const SETTLE_MS = 2_000

/** Brings a change to the graph, then to the listeners. Both know what they have had, so that what comes twice counts once. */
export const deliverTo = (graph: Graph, emit: Emit): Deliver => async (row) => {
  await mirror(graph, row)
  if (row.event !== null) await emit(row.tenantId, row.event, channelsOf(row.state), `outbox-${row.id}`)
}

export function openDealsDesk ({ deals, graph, emit = async () => {} }: { deals: Deals, graph: Graph, emit?: Emit }) {
  const deliver = deliverTo(graph, emit)
  const worker = startOutbox(deals, deliver)

  const settled = async <T> (actor: Actor, partnershipId: string, answer: T): Promise<T> => {
    const only = { tenantId: actor.tenantId, partnershipId }
    const delivered = (async () => { while (await deliverNext(deals, deliver, only)); })().catch(() => {}) // the worker tries again
    await Promise.race([delivered, new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref())])
    return answer
  }

  /** Refuses who may not; the parties of a deal never change, so what holds now holds when the work is done. */
  const admitted = async (actor: Actor, permission: Permission, id: string): Promise<Partnership> => {
    const partnership = await getPartnership(deals, actor, id)
    demand(actor, permission, { parties: partnership.members.map(({ memberId }) => memberId) })
    return partnership
  }
  const READ = 'partnership:read'
  const UPDATE = 'partnership:update'
  const changing = <Input extends unknown[], T>(permission: Permission, change: (deals: Deals, actor: Actor, id: string, ...input: Input) => Promise<T>) =>
    async (actor: Actor, id: string, ...input: Input): Promise<T> => {
      await admitted(actor, permission, id)
      return settled(actor, id, await change(deals, actor, id, ...input))
    }
  const reading = <T>(permission: Permission, read: (deals: Deals, actor: Actor, id: string) => Promise<T>) =>
    async (actor: Actor, id: string): Promise<T> => {
      await admitted(actor, permission, id)
      return read(deals, actor, id)
    }

  return {
    async create (actor: Actor, input: PartnershipInput, idempotencyKey?: string): Promise<Partnership> {
      const ids = input.members.map(({ memberId }) => memberId)
      demand(actor, 'partnership:create', { parties: ids })
      await checkParties(graph, actor, ids)
      const made = await createPartnership(deals, actor, input, idempotencyKey)
      return settled(actor, made.id, made)
    },
    get: (actor: Actor, id: string) => admitted(actor, READ, id),
    async list (actor: Actor, filter: PartnershipFilter = {}) {
      demand(actor, READ)
      return listPartnerships(deals, actor, filter, can(actor, READ, { parties: [] }) ? null : actor.memberId)
    },
    change: changing(UPDATE, changePartnership),
    move: changing(UPDATE, moveStage),
    history: reading(READ, stageHistory),
    addMilestone: changing(UPDATE, addMilestone),
    changeMilestone: changing(UPDATE, changeMilestone),
    transact: changing('money:create', addTransaction),
    transactions: reading('money:read', listTransactions),
    ledger: reading('money:read', ledgerOf),
    analytics: (actor: Actor, name: Analysis, request: AnalyticsRequest = {}) => analytics(deals, graph, actor, name, request),
    insights: (actor: Actor, request: AnalyticsRequest = {}) => insights(deals, actor, request),
    /** Who changed what, of deals and of what the graph keeps of the organisation. */
    audit: (actor: Actor, request: AuditRequest = {}) => audit(deals, graph, actor, request),
    /** Where the two stores disagree about a tenant's partnerships. */
    doctor: (tenantId: string): Promise<Difference[]> => differences(deals, graph, tenantId),
    /** Whether one may be shown what another keeps for partners. While deals cannot be asked, nobody may. */
    partners: (tenantId: string, memberId: string, otherId: string) => worksWith(deals, tenantId, memberId, otherId).catch((error: unknown) => {
      if (error instanceof EngineError && error.code === 'unavailable') return false
      throw error
    }),
    isParty: (tenantId: string, id: string) => isParty(deals, tenantId, id),
    /** What deals keep of a member: handed out on export, made nameless on erasure, since the books must stay. */
    belonging: {
      name: 'partnerships',
      read: (tenantId: string, memberId: string) => keptOf(deals, tenantId, memberId),
      erase: (tenantId: string, memberId: string, name: string) => anonymise(deals, tenantId, memberId, name)
    },
    close: () => worker.stop()
  }
}

/** Who is party to a deal must be known to the graph, as someone who can be. */
async function checkParties (graph: Graph, { tenantId, memberId }: Actor, ids: string[]): Promise<void> {
  const known = await partiesOf(graph, tenantId, ids)
  const unknown = ids.find((id) => !known.has(id) || !mayKnow(memberId, known.get(id)!))
  if (unknown !== undefined) throw new EngineError('not_found', `There is no entity "${unknown}".`)
  if (new Set(ids).size < ids.length) throw new EngineError('invalid_argument', 'The members of a partnership must be different ones.')
  const other = ids.find((id) => !['Member', 'Brand'].includes(known.get(id)!.label))
  if (other !== undefined) throw new EngineError('invalid_argument', `"${other}" cannot be party to a deal; members and brands can.`)
}

const channelsOf = ({ partnershipId, memberIds }: { partnershipId: string, memberIds: string[] }) =>
  [`partnership:${partnershipId}`, ...memberIds.map((id) => `member:${id}`)]
