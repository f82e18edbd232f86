import type { EngineEvent } from '../../models/events.js'
import type { Deals, Sql } from './db.js'
import { dealsOf } from './partnerships.js'
import { CHANNEL, stateOf, type DealState } from './record.js'

/** One change that others have still to learn. `id` grows with each change of a partnership. */
export interface OutboxRow { id: number, tenantId: string, partnershipId: string, state: DealState, event: EngineEvent | null, at: string }

/** Brings one change to where it belongs. Called again with the same row after a crash, so it must do the same thing once. */
export type Deliver = (row: OutboxRow) => Promise<void>

export interface OutboxWorker {
  /** Ends after the row at hand. */
  stop (): Promise<void>
}

const WAIT_MAX_MS = 5_000
const ERROR_MAX = 500

/**
 * Delivers the oldest waiting change of some partnership (or of the one named), in one transaction with the note that it was. Of one
 * partnership a later change never goes before an earlier one. Of two workers each takes what the other has not locked; who waits for one
 * partnership waits for its lock. Returns whether there was one.
 */
export function deliverNext (deals: Deals, deliver: Deliver, only: { tenantId: string, partnershipId: string } | null = null): Promise<boolean> {
  return deals.asOwner(async (sql) => {
    if (only !== null) await others(sql, only)
    const row = await claim(sql, only)
    if (row === null) return false
    const failure = await deliver(row).then(() => null, (error: Error) => error)
    if (failure === null) await sql('UPDATE outbox SET applied_at = now(), last_error = NULL WHERE id = $1', [row.id])
    else await postpone(sql, row, failure)
    return true
  })
}

/** Waits until nobody else is at work on the partnership. */
const others = (sql: Sql, { tenantId, partnershipId }: { tenantId: string, partnershipId: string }) =>
  sql('SELECT FROM outbox WHERE tenant_id = $1 AND partnership_id = $2 AND applied_at IS NULL ORDER BY id FOR UPDATE', [tenantId, partnershipId])

async function claim (sql: Sql, only: { tenantId: string, partnershipId: string } | null): Promise<OutboxRow | null> {
  const [row] = await sql<Omit<OutboxRow, 'id' | 'at'> & { id: string, at: Date }>(`SELECT id, tenant_id AS "tenantId", partnership_id AS "partnershipId", state, event, at FROM outbox o
    WHERE applied_at IS NULL AND next_at <= clock_timestamp() AND ($1::text IS NULL OR (tenant_id = $1 AND partnership_id = $2))
      AND NOT EXISTS (SELECT FROM outbox e WHERE e.tenant_id = o.tenant_id AND e.partnership_id = o.partnership_id AND e.applied_at IS NULL AND e.id < o.id)
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`, [only?.tenantId ?? null, only?.partnershipId ?? null])
  return row === undefined ? null : { ...row, id: Number(row.id), at: row.at.toISOString() }
}

/** Tried again, ever later up to a bound, so that one row that cannot be delivered keeps up nobody but its partnership. */
const postpone = (sql: Sql, row: OutboxRow, { message }: Error) => sql(`UPDATE outbox SET attempts = attempts + 1, last_error = $2,
  next_at = clock_timestamp() + least(250 * 2 ^ least(attempts, 10), $3) * interval '1 millisecond' WHERE id = $1`, [row.id, message.slice(0, ERROR_MAX), WAIT_MAX_MS])

/** Delivers what comes, on notice of Postgres, and now and then without: a notice may be missed. Any number of processes may do so. */
export function startOutbox (deals: Deals, deliver: Deliver, { pollMs = 1_000 } = {}): OutboxWorker {
  const stopped = new AbortController()
  let wake = () => {}
  let ear: Ear | null = null

  const work = async () => {
    while (!stopped.signal.aborted) {
      const woken = new Promise<void>((resolve) => { wake = resolve }) // made first: what comes while we work wakes us after it
      ear ??= await listen(deals, () => wake(), () => { ear = null }).catch(() => null)
      while (!stopped.signal.aborted && await deliverNext(deals, deliver).catch(() => false)) continue
      if (!stopped.signal.aborted) await Promise.race([woken, pause(pollMs)])
    }
    ear?.close()
  }
  const ended = work()
  return {
    async stop () {
      stopped.abort()
      wake()
      await ended
    }
  }
}

interface Ear { close (): void }

/** A connection of its own that hears when something was put in the outbox. */
async function listen (deals: Deals, heard: () => void, lost: () => void): Promise<Ear> {
  const client = await deals.pool.connect()
  let open = true
  const close = () => {
    if (open) client.release(true) // it listens, so it must not be lent again
    open = false
  }
  client.on('notification', heard)
  client.once('error', () => {
    close()
    lost()
  })
  await client.query(`LISTEN ${CHANNEL}`).catch((error) => {
    close()
    throw error
  })
  return { close }
}

const pause = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms).unref() })

/** What others have still to learn of a tenant's partnerships, and why it did not reach them. */
export const waiting = (deals: Deals, tenantId: string) => deals.inTenant(tenantId, (sql) =>
  sql<{ partnershipId: string, rows: number, lastError: string | null }>(`SELECT partnership_id AS "partnershipId", count(*)::int AS rows, max(last_error) AS "lastError"
    FROM outbox WHERE applied_at IS NULL GROUP BY partnership_id`))

/** The latest change of each partnership. */
export const lastRows = (deals: Deals, tenantId: string): Promise<Map<string, number>> => deals.inTenant(tenantId, async (sql) => {
  const rows = await sql<{ id: string, last: string }>('SELECT partnership_id AS id, max(id) AS last FROM outbox GROUP BY partnership_id')
  return new Map(rows.map(({ id, last }) => [id, Number(last)]))
})

const PAGE = 500

/** What the graph should hold of each partnership, page by page. */
export async function * dealStates (deals: Deals, tenantId: string): AsyncGenerator<DealState> {
  for (let after = ''; ;) {
    const page = await deals.inTenant(tenantId, async (sql) => {
      const rows = await sql<{ id: string }>('SELECT id FROM partnerships WHERE id > $1 ORDER BY id LIMIT $2', [after, PAGE])
      return dealsOf(sql, rows.map(({ id }) => id))
    })
    yield * page.map(stateOf)
    if (page.length < PAGE) return
    after = page.at(-1)!.id
  }
}
