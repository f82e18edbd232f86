import { createHash } from 'node:crypto'
import type { Actor } from '../../models/actor.js'
import type { Partnership, Stage } from '../../models/deals.js'
import type { EngineEvent } from '../../models/events.js'
import { EngineError } from '../errors.js'
import type { Deals, Sql } from './db.js'
import { isClosed } from './stages.js'

/** What the graph has to know of a partnership, nothing more: the deal itself stays here. */
export interface DealState {
  partnershipId: string
  memberIds: string[]
  stage: Stage
  outcome: string | null
  validFrom: string // days: answers are the same all day long
  validTo: string | null
  since: string // of the stage and the status
}

export const CHANNEL = 'teraffi_outbox'

export interface Change {
  entity: 'partnership' | 'milestone' | 'transaction'
  entityId: string
  action: string
  before: object | null
  after: object
  event?: EngineEvent
}

/** Writes down who changed what, and what the graph and the listeners have still to learn. Part of the transaction of the change. */
export async function record (sql: Sql, actor: Actor, deal: Partnership & { stageSince: string }, change: Change): Promise<void> {
  const { entity, entityId, action, before, after, event } = change
  await sql('INSERT INTO audit_logs (tenant_id, entity_type, entity_id, action, old_values, new_values, actor_id) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [actor.tenantId, entity, entityId, action, before && JSON.stringify(before), JSON.stringify(after), actor.memberId])
  await sql('INSERT INTO outbox (tenant_id, partnership_id, state, event) VALUES ($1, $2, $3, $4)',
    [actor.tenantId, deal.id, JSON.stringify(stateOf(deal)), event === undefined ? null : JSON.stringify(event)])
  await sql('SELECT pg_notify($1, $2)', [CHANNEL, actor.tenantId]) // heard when it commits
}

export const stateOf = ({ id, members, stage, status, createdAt, closedAt, stageSince }: Partnership & { stageSince: string }): DealState => ({
  partnershipId: id,
  memberIds: members.map(({ memberId }) => memberId),
  stage,
  outcome: isClosed(status) ? status : null,
  validFrom: createdAt.slice(0, 10),
  validTo: closedAt?.slice(0, 10) ?? null,
  since: stageSince
})

/**
 * Does the work once per key. The same key with the same request is answered as before; with another it is refused. Of several at once,
 * one works and the others wait for its answer: the primary key makes them. What failed is not remembered.
 */
export async function once<T extends object> (
  deals: Deals, actor: Actor, key: string | undefined, request: object, work: (sql: Sql) => Promise<T>
): Promise<T> {
  return deals.inTenant(actor.tenantId, async (sql) => {
    if (key === undefined) return work(sql)
    const keyed = [actor.tenantId, actor.memberId, key]
    const hash = createHash('sha256').update(canonical(request)).digest('hex')
    const [fresh] = await sql(`INSERT INTO idempotency_keys (tenant_id, member_id, key, request) VALUES ($1, $2, $3, $4)
      ON CONFLICT DO NOTHING RETURNING key`, [...keyed, hash])
    if (fresh === undefined) return heldAnswer<T>(sql, keyed, hash)

    const answer = await work(sql)
    await sql('UPDATE idempotency_keys SET answer = $4 WHERE tenant_id = $1 AND member_id = $2 AND key = $3', [...keyed, JSON.stringify(answer)])
    return answer
  })
}

async function heldAnswer<T> (sql: Sql, keyed: string[], hash: string): Promise<T> {
  const [held] = await sql<{ request: string, answer: string }>(`SELECT request, answer FROM idempotency_keys
    WHERE tenant_id = $1 AND member_id = $2 AND key = $3`, keyed)
  if (held!.request === hash) return JSON.parse(held!.answer)
  throw new EngineError('failed_precondition', `The Idempotency-Key ${keyed[2]} was used for another request; a new request wants a new key.`,
    [{ path: 'idempotency-key', rule: 'same-request', message: 'the key belongs to a request with another body' }])
}

/** JSON in which the order of the properties does not show. */
function canonical (value: unknown): string {
  return JSON.stringify(value, (_, part) => typeof part === 'object' && part !== null && !Array.isArray(part)
    ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
    : part)
}
