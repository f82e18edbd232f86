import { randomUUID } from 'node:crypto'
import type { Deals, Sql } from './db.js'
import { dealsOf } from './partnerships.js'

/** How the books name who is no more. */
export const ERASED = 'erased:'

/** All that deals keep of a member. */
export const keptOf = (deals: Deals, tenantId: string, memberId: string) => deals.inTenant(tenantId, async (sql) => {
  const ids = await sql<{ id: string }>('SELECT partnership_id AS id FROM partnership_members WHERE member_id = $1 ORDER BY partnership_id', [memberId])
  const history = await sql('SELECT * FROM partnership_stage_history WHERE actor_id = $1 ORDER BY at', [memberId])
  const transactions = await sql('SELECT * FROM transactions WHERE actor_id = $1 ORDER BY created_at', [memberId])
  return { partnerships: await dealsOf(sql, ids.map(({ id }) => id)), history, transactions }
})

/** Whether someone is named in any deal. */
export const isParty = (deals: Deals, tenantId: string, memberId: string): Promise<boolean> => deals.inTenant(tenantId, async (sql) => {
  const [row] = await sql<{ named: boolean }>('SELECT EXISTS (SELECT FROM partnership_members WHERE tenant_id = $1 AND member_id = $2) AS named', [tenantId, memberId])
  return row!.named
})

/**
 * Whether two work together today, by a deal that the second has had a hand in: begun it, moved it, or changed how it stands. To be named
 * in a deal is not to agree to it.
 */
export const worksWith = (deals: Deals, tenantId: string, memberId: string, otherId: string): Promise<boolean> => deals.inTenant(tenantId, async (sql) => {
  const [row] = await sql<{ together: boolean }>(`SELECT EXISTS (SELECT FROM partnerships p
      JOIN partnership_members a ON a.tenant_id = p.tenant_id AND a.partnership_id = p.id AND a.member_id = $1
      JOIN partnership_members b ON b.tenant_id = p.tenant_id AND b.partnership_id = p.id AND b.member_id = $2
    WHERE p.status IN ('active', 'on_hold')
      AND EXISTS (SELECT FROM partnership_stage_history h WHERE h.tenant_id = p.tenant_id AND h.partnership_id = p.id AND h.actor_id = $2)) AS together`, [memberId, otherId])
  return row!.together
})

const PLAIN = { partnerships: 'created_by', partnership_members: 'member_id', partnership_stage_history: 'actor_id', transactions: 'actor_id', audit_logs: 'actor_id' }
const JSONS = { audit_logs: ['old_values', 'new_values'], outbox: ['state', 'event'] }

/** Texts that people wrote, in which a name may stand. */
const WORDS = { partnerships: 'title', partnership_milestones: 'title', partnership_stage_history: 'reason', transactions: 'note' }
const FIELDS = ['title', 'note', 'reason']

/** The books stay, since money moved; who it was goes, everywhere and in one transaction: the id, and the name where texts give it. */
export const anonymise = (deals: Deals, tenantId: string, memberId: string, name = ''): Promise<void> => deals.asOwner(async (sql) => {
  const nobody = ERASED + randomUUID().slice(0, 8)
  if (name.trim() !== '') await unname(sql, tenantId, memberId, name)
  for (const [table, column] of Object.entries(PLAIN)) await sql(`UPDATE ${table} SET ${column} = $3 WHERE tenant_id = $1 AND ${column} = $2`, [tenantId, memberId, nobody])
  for (const [table, columns] of Object.entries(JSONS)) {
    for (const column of columns) {
      await sql(`UPDATE ${table} SET ${column} = replace(${column}::text, $2, $3)::jsonb WHERE tenant_id = $1 AND position($2 IN ${column}::text) > 0`,
        [tenantId, JSON.stringify(memberId), JSON.stringify(nobody)])
    }
  }
  await sql('DELETE FROM idempotency_keys WHERE tenant_id = $1 AND member_id = $2', [tenantId, memberId])
  await sql('UPDATE idempotency_keys SET answer = replace(answer, $2, $3) WHERE tenant_id = $1', [tenantId, JSON.stringify(memberId), JSON.stringify(nobody)])
})

/** A name as a whole word, for Postgres. */
const wordOf = (name: string) => `(?<!\\w)${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?!\\w)`
const SOMEONE = 'someone'

/** Takes a name out of the texts of the partnerships that a member takes part in; what others write elsewhere is theirs. */
async function unname (sql: Sql, tenantId: string, memberId: string, name: string): Promise<void> {
  const given = [tenantId, memberId, wordOf(name), SOMEONE]
  const theirs = 'SELECT partnership_id FROM partnership_members WHERE tenant_id = $1 AND member_id = $2'
  for (const [table, column] of Object.entries(WORDS)) {
    const id = table === 'partnerships' ? 'id' : 'partnership_id'
    await sql(`UPDATE ${table} SET ${column} = regexp_replace(${column}, $3, $4, 'g') WHERE tenant_id = $1 AND ${id} IN (${theirs}) AND ${column} ~ $3`, given)
  }
  const of = (table: string) => `SELECT id FROM ${table} WHERE tenant_id = $1 AND partnership_id IN (${theirs})`
  for (const field of FIELDS) {
    const without = (json: string) => `jsonb_set(${json}, '{${field}}', to_jsonb(regexp_replace(${json}->>'${field}', $3, $4, 'g')))`
    for (const column of JSONS.audit_logs) {
      await sql(`UPDATE audit_logs SET ${column} = ${without(column)} WHERE tenant_id = $1 AND ${column}->>'${field}' ~ $3
        AND entity_id IN (${theirs} UNION ${of('partnership_milestones')} UNION ${of('transactions')})`, given)
    }
    await sql(`UPDATE idempotency_keys SET answer = (${without('answer::jsonb')})::text WHERE tenant_id = $1 AND answer::jsonb->>'${field}' ~ $3
      AND coalesce(answer::jsonb->>'partnershipId', answer::jsonb->>'id') IN (${theirs})`, given)
  }
}
