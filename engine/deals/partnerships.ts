import type { Actor } from '../../models/actor.js'
import type {
  Milestone, MilestoneInput, MilestonePatch, Partnership, PartnershipFilter, PartnershipInput, PartnershipPatch, StageChange, StageInput
} from '../../models/deals.js'
import { EngineError } from '../errors.js'
import type { Deals, Sql } from './db.js'
import { jsonMinor } from './money.js'
import { once, record } from './record.js'
import { checkChange, checkMove, checkVersion, isClosed, movesOf } from './stages.js'

/** A partnership as the desk works with it: the model, and since when it stands where it stands. */
export type Deal = Partnership & { stageSince: string }

const DEFAULT_CURRENCY = 'EUR'
const DEFAULT_RATE_PPM = 50_000

export async function createPartnership (deals: Deals, actor: Actor, input: PartnershipInput, key?: string): Promise<Partnership> {
  return once(deals, actor, key, { create: input }, async (sql) => {
    const { title, members, totalValueMinor = 0, currency = DEFAULT_CURRENCY, commissionRatePpm = DEFAULT_RATE_PPM } = input
    const [row] = await sql<{ id: string }>(`INSERT INTO partnerships (tenant_id, title, total_value_minor, currency, commission_rate_ppm, created_by)
      VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`, [actor.tenantId, title, totalValueMinor, currency, commissionRatePpm, actor.memberId])
    for (const [place, { memberId, role = place === 0 ? 'initiator' : 'partner', permissions = [] }] of members.entries()) {
      await sql('INSERT INTO partnership_members (tenant_id, partnership_id, member_id, role, permissions, place) VALUES ($1, $2, $3, $4, $5, $6)',
        [actor.tenantId, row!.id, memberId, role, permissions, place])
    }
    const deal = await dealOf(sql, row!.id)
    await noteStage(sql, actor, null, deal)
    const event = { name: 'PartnershipCreated' as const, data: { partnershipId: deal.id, members: members.map(({ memberId }) => memberId) } }
    await record(sql, actor, deal, { entity: 'partnership', entityId: deal.id, action: 'create', before: null, after: values(deal), event })
    return shown(deal)
  })
}

export const getPartnership = (deals: Deals, actor: Actor, id: string): Promise<Partnership> =>
  deals.inTenant(actor.tenantId, async (sql) => shown(await dealOf(sql, id)))

const LIST_DEFAULT = 20

/** The newest first, page by page: `cursor` is the last id of the page before. `party`: only those that this member takes part in. */
export async function listPartnerships (
  deals: Deals, actor: Actor, filter: PartnershipFilter, party: string | null
): Promise<{ data: Partnership[], meta: { limit: number, cursor: string | null } }> {
  const { stage = null, status = null, member = null, limit = LIST_DEFAULT, cursor = null } = filter
  return deals.inTenant(actor.tenantId, async (sql) => {
    const rows = await sql<{ id: string }>(`SELECT id FROM partnerships p WHERE ($1::text IS NULL OR stage = $1) AND ($2::text IS NULL OR status = $2)
      AND ($3::text IS NULL OR EXISTS (SELECT FROM partnership_members m WHERE m.tenant_id = p.tenant_id AND m.partnership_id = p.id AND m.member_id = $3))
      AND ($6::text IS NULL OR EXISTS (SELECT FROM partnership_members m WHERE m.tenant_id = p.tenant_id AND m.partnership_id = p.id AND m.member_id = $6))
      AND ($4::text IS NULL OR (created_at, id) < (SELECT created_at, id FROM partnerships WHERE id = $4))
      ORDER BY created_at DESC, id DESC LIMIT $5`, [stage, status, member, cursor, limit + 1, party])
    const ids = rows.slice(0, limit).map(({ id }) => id)
    return { data: (await dealsOf(sql, ids)).map(shown), meta: { limit, cursor: rows.length > limit ? ids.at(-1)! : null } }
  })
}

export async function moveStage (deals: Deals, actor: Actor, id: string, { stage, reason, expectedVersion }: StageInput): Promise<Partnership> {
  return deals.inTenant(actor.tenantId, async (sql) => {
    const before = await lockDeal(sql, id)
    checkVersion(before, expectedVersion)
    if (before.stage === stage) return shown(before) // a PUT that arrives twice
    checkMove(before, stage)
    const after = await update(sql, before, { stage, status: stage === 'completion' ? 'completed' : before.status })
    await noteStage(sql, actor, before, after, reason)
    const event = { name: 'PartnershipStageChanged' as const, data: { partnershipId: id, newStage: stage } }
    await record(sql, actor, after, { entity: 'partnership', entityId: id, action: 'move', before: values(before), after: values(after), event })
    return shown(after)
  })
}

export async function changePartnership (deals: Deals, actor: Actor, id: string, patch: PartnershipPatch): Promise<Partnership> {
  const { expectedVersion, reason, ...wanted } = patch
  return deals.inTenant(actor.tenantId, async (sql) => {
    const before = await lockDeal(sql, id)
    checkVersion(before, expectedVersion)
    const changed = Object.entries(wanted).filter(([name, value]) => value !== undefined && before[name as keyof Deal] !== value)
    if (changed.length === 0) return shown(before)
    checkPatch(before, Object.fromEntries(changed))

    const after = await update(sql, before, Object.fromEntries(changed))
    const standing = after.status !== before.status
    if (standing) await noteStage(sql, actor, before, after, reason)
    const event = { name: 'PartnershipStageChanged' as const, data: { partnershipId: id, newStage: after.stage } } // the stage it stops or goes on at
    await record(sql, actor, after, { entity: 'partnership', entityId: id, action: 'change', before: values(before), after: values(after), ...standing && { event } })
    return shown(after)
  })
}

function checkPatch (deal: Deal, { status, ...terms }: Partial<PartnershipPatch>): void {
  if (status !== undefined) checkChange(deal, status)
  if (Object.keys(terms).length > 0 && isClosed(deal.status)) {
    throw new EngineError('failed_precondition', `Partnership ${deal.id} is ${deal.status}; open a new one to change its terms.`)
  }
}

export const stageHistory = (deals: Deals, actor: Actor, id: string): Promise<StageChange[]> => deals.inTenant(actor.tenantId, async (sql) => {
  await dealOf(sql, id)
  const rows = await sql<StageChange & { at: Date }>(`SELECT version, from_stage AS "fromStage", to_stage AS "toStage", from_status AS "fromStatus", to_status AS "toStatus",
    reason, actor_id AS "actorId", at FROM partnership_stage_history WHERE partnership_id = $1 ORDER BY version`, [id])
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
})

const MILESTONES_MAX = 100

export async function addMilestone (deals: Deals, actor: Actor, partnershipId: string, { title, dueDate, status = 'pending' }: MilestoneInput): Promise<Milestone> {
  return deals.inTenant(actor.tenantId, async (sql) => {
    const deal = await lockDeal(sql, partnershipId)
    checkOpen(deal)
    if (deal.milestones.length >= MILESTONES_MAX) throw new EngineError('failed_precondition', `A partnership has at most ${MILESTONES_MAX} milestones.`)
    const [row] = await sql<{ id: string }>(`INSERT INTO partnership_milestones (tenant_id, partnership_id, title, due_date, status, completed_at)
      VALUES ($1, $2, $3, $4, $5, CASE WHEN $5 = 'completed' THEN now() END) RETURNING id`, [actor.tenantId, partnershipId, title, dueDate ?? null, status])
    return milestoneRecorded(sql, actor, row!.id, deal, null)
  })
}

export async function changeMilestone (deals: Deals, actor: Actor, partnershipId: string, milestoneId: string, patch: MilestonePatch): Promise<Milestone> {
  return deals.inTenant(actor.tenantId, async (sql) => {
    const deal = await lockDeal(sql, partnershipId)
    const before = deal.milestones.find(({ id }) => id === milestoneId)
    if (before === undefined) throw new EngineError('not_found', `There is no milestone "${milestoneId}".`)
    const { title, dueDate, status } = { ...before, ...patch }
    if (title === before.title && dueDate === before.dueDate && status === before.status) return before
    checkOpen(deal)
    await sql(`UPDATE partnership_milestones SET title = $2, due_date = $3, status = $4,
      completed_at = CASE WHEN $4 <> 'completed' THEN NULL ELSE coalesce(completed_at, now()) END WHERE id = $1`, [milestoneId, title, dueDate, status])
    return milestoneRecorded(sql, actor, milestoneId, deal, before)
  })
}

async function milestoneRecorded (sql: Sql, actor: Actor, id: string, deal: Deal, before: Milestone | null): Promise<Milestone> {
  const after = (await milestonesOf(sql, [deal.id])).find((milestone) => milestone.id === id)!
  const completed = after.status === 'completed' && before?.status !== 'completed'
  const event = { name: 'MilestoneCompleted' as const, data: { partnershipId: deal.id, milestoneId: id } }
  await record(sql, actor, deal, { entity: 'milestone', entityId: id, action: before === null ? 'create' : 'change', before, after, ...completed && { event } })
  return after
}

export function checkOpen ({ id, status }: Pick<Deal, 'id' | 'status'>): void {
  if (isClosed(status)) throw new EngineError('failed_precondition', `Partnership ${id} is ${status}; nothing can be added to it.`)
}

/** The partnership, and nobody else changes it until we are done. */
export async function lockDeal (sql: Sql, id: string): Promise<Deal> {
  await sql('SELECT FROM partnerships WHERE id = $1 FOR UPDATE', [id])
  return dealOf(sql, id)
}

/** Another tenant's partnership is as unknown as one that never was. */
export async function dealOf (sql: Sql, id: string): Promise<Deal> {
  const [deal] = await dealsOf(sql, [id])
  if (deal === undefined) throw new EngineError('not_found', `There is no partnership "${id}".`)
  return deal
}

type DealRow = Omit<Deal, 'totalValueMinor' | 'milestones' | 'moves' | 'createdAt' | 'updatedAt' | 'stageSince' | 'closedAt'> &
  { totalValueMinor: string, createdAt: Date, updatedAt: Date, stageSince: Date, closedAt: Date | null }

/** In the order of the ids. */
export async function dealsOf (sql: Sql, ids: string[]): Promise<Deal[]> {
  if (ids.length === 0) return []
  const rows = await sql<DealRow>(`SELECT id, title, total_value_minor AS "totalValueMinor", currency, commission_rate_ppm AS "commissionRatePpm", stage, status, version,
      created_by AS "createdBy", created_at AS "createdAt", updated_at AS "updatedAt", stage_since AS "stageSince", closed_at AS "closedAt",
      (SELECT json_agg(json_build_object('memberId', member_id, 'role', role, 'permissions', permissions) ORDER BY place)
       FROM partnership_members m WHERE m.tenant_id = p.tenant_id AND m.partnership_id = p.id) AS members
    FROM partnerships p WHERE id = ANY($1)`, [ids])
  const milestones = await milestonesOf(sql, ids)
  const byId = new Map(rows.map((row): [string, Deal] => [row.id, {
    ...row,
    totalValueMinor: jsonMinor(row.totalValueMinor),
    milestones: milestones.filter(({ partnershipId }) => partnershipId === row.id),
    moves: movesOf(row),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    stageSince: row.stageSince.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null
  }]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

const milestonesOf = async (sql: Sql, partnershipIds: string[]): Promise<Milestone[]> =>
  (await sql<Milestone & { completedAt: Date | null }>(`SELECT id, partnership_id AS "partnershipId", title, due_date::text AS "dueDate", status, completed_at AS "completedAt"
    FROM partnership_milestones WHERE partnership_id = ANY($1) ORDER BY due_date NULLS LAST, created_at, id`, [partnershipIds]))
    .map((row) => ({ ...row, completedAt: row.completedAt?.toISOString() ?? null }))

async function update (sql: Sql, before: Deal, to: Partial<Deal>): Promise<Deal> {
  const { title, totalValueMinor, commissionRatePpm, stage, status } = { ...before, ...to }
  await sql(`UPDATE partnerships SET title = $2, total_value_minor = $3, commission_rate_ppm = $4, stage = $5, status = $6, version = version + 1, updated_at = now(),
    stage_since = CASE WHEN stage = $5 AND status = $6 THEN stage_since ELSE now() END, closed_at = CASE WHEN $7 THEN coalesce(closed_at, now()) END WHERE id = $1`,
  [before.id, title, totalValueMinor, commissionRatePpm, stage, status, isClosed(status)])
  return dealOf(sql, before.id)
}

const noteStage = (sql: Sql, actor: Actor, before: Deal | null, after: Deal, reason: string | null = null) =>
  sql(`INSERT INTO partnership_stage_history (tenant_id, partnership_id, version, from_stage, to_stage, from_status, to_status, reason, actor_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
  [actor.tenantId, after.id, after.version, before?.stage ?? null, after.stage, before?.status ?? null, after.status, reason, actor.memberId])

const shown = ({ stageSince, ...deal }: Deal): Partnership => deal
/** What the audit keeps: the terms, without what has records of its own. */
const values = ({ milestones, moves, stageSince, ...deal }: Deal) => deal
