import { randomUUID } from 'node:crypto'
import type { Actor } from '../../models/actor.js'
import type { Ledger, LedgerEntry, Transaction, TransactionInput } from '../../models/deals.js'
import { EngineError } from '../errors.js'
import type { Deals, Sql } from './db.js'
import { commissionOf, entriesOf, jsonMinor } from './money.js'
import { checkOpen, dealOf, lockDeal, type Deal } from './partnerships.js'
import { once, record } from './record.js'

/** Money that moved: written with its commission, its ledger entries, its audit row and its outbox row, or not at all. */
export async function addTransaction (deals: Deals, actor: Actor, partnershipId: string, input: TransactionInput, key: string): Promise<Transaction> {
  return once(deals, actor, key, { partnershipId, transaction: input }, async (sql) => {
    const deal = await lockDeal(sql, partnershipId)
    const { currency = deal.currency } = input
    if (currency !== deal.currency) throw new EngineError('invalid_argument', `Partnership ${partnershipId} is in ${deal.currency}; an amount in ${currency} does not belong to it.`)

    const id = randomUUID()
    const booking = input.type === 'payment' ? payment(deal, input) : await refund(sql, deal, input)
    await book(sql, actor, deal, { id, currency, input, ...booking })
    const transaction = (await transactionsOf(sql, partnershipId, id))[0]!
    await record(sql, actor, deal, { entity: 'transaction', entityId: id, action: 'create', before: null, after: transaction })
    return transaction
  })
}

interface Booking { baseMinor: bigint, ratePpm: number, commissionMinor: bigint }

function payment (deal: Deal, { amountMinor, refundOf }: TransactionInput): Booking {
  if (refundOf !== undefined) throw new EngineError('invalid_argument', 'A payment refunds nothing; leave refundOf out, or make it a refund.')
  checkOpen(deal)
  if (deal.status !== 'active') throw new EngineError('failed_precondition', `Partnership ${deal.id} is ${deal.status}; make it active before it is paid.`)
  const baseMinor = BigInt(amountMinor)
  return { baseMinor, ratePpm: deal.commissionRatePpm, commissionMinor: commissionOf(baseMinor, deal.commissionRatePpm) }
}

interface Paid { amount: string, ratePpm: number, refunded: string, reversed: string }

/**
 * Reverses a payment, or a part of it, at the rate that it was paid with. The commission given back is what all refunds so far come to,
 * less what earlier ones gave back: however a payment is refunded, in the end its commission is gone to the cent.
 */
async function refund (sql: Sql, deal: Deal, { amountMinor, refundOf = '' }: TransactionInput): Promise<Booking> {
  const [paid] = await sql<Paid>(`SELECT t.amount_minor AS amount, c.commission_rate_ppm AS "ratePpm",
      (SELECT coalesce(sum(r.amount_minor), 0) FROM transactions r WHERE r.refund_of = t.id) AS refunded,
      (SELECT coalesce(-sum(rc.commission_amount_minor), 0) FROM transactions r JOIN commission_calculations rc ON rc.transaction_id = r.id WHERE r.refund_of = t.id) AS reversed
    FROM transactions t JOIN commission_calculations c ON c.transaction_id = t.id WHERE t.id = $1 AND t.partnership_id = $2 AND t.type = 'payment'`, [refundOf, deal.id])
  if (paid === undefined) throw new EngineError('not_found', `There is no payment "${refundOf}" in this partnership; refundOf names the payment that is given back.`)
  const refunded = BigInt(paid.refunded) + BigInt(amountMinor)
  if (refunded > BigInt(paid.amount)) {
    throw new EngineError('failed_precondition', `Of payment ${refundOf}, ${BigInt(paid.amount) - BigInt(paid.refunded)} is left to refund.`)
  }
  return { baseMinor: -BigInt(amountMinor), ratePpm: paid.ratePpm, commissionMinor: BigInt(paid.reversed) - commissionOf(refunded, paid.ratePpm) }
}

async function book (sql: Sql, actor: Actor, deal: Deal, booked: Booking & { id: string, currency: string, input: TransactionInput }): Promise<void> {
  const { id, currency, input, baseMinor, ratePpm, commissionMinor } = booked
  await sql(`INSERT INTO transactions (tenant_id, id, partnership_id, type, amount_minor, currency, refund_of, note, actor_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
  [actor.tenantId, id, deal.id, input.type, input.amountMinor, currency, input.refundOf ?? null, input.note ?? null, actor.memberId])
  await sql('INSERT INTO commission_calculations (tenant_id, transaction_id, base_amount_minor, commission_rate_ppm, commission_amount_minor) VALUES ($1, $2, $3, $4, $5)',
    [actor.tenantId, id, baseMinor, ratePpm, commissionMinor])
  for (const [line, { account, amountMinor }] of entriesOf(baseMinor, commissionMinor).entries()) {
    await sql('INSERT INTO ledger_entries (tenant_id, transaction_id, line, account, amount_minor, currency) VALUES ($1, $2, $3, $4, $5, $6)',
      [actor.tenantId, id, line + 1, account, amountMinor, currency])
  }
}

export const listTransactions = (deals: Deals, actor: Actor, partnershipId: string): Promise<Transaction[]> => deals.inTenant(actor.tenantId, async (sql) => {
  await dealOf(sql, partnershipId)
  return transactionsOf(sql, partnershipId)
})

const TRANSACTIONS_MAX = 1_000

type TransactionRow = Omit<Transaction, 'commission'> & { amountMinor: string, createdAt: Date, baseMinor: string, ratePpm: number, commissionMinor: string }

async function transactionsOf (sql: Sql, partnershipId: string, id: string | null = null): Promise<Transaction[]> {
  const rows = await sql<TransactionRow>(`SELECT id, partnership_id AS "partnershipId", type, status, amount_minor AS "amountMinor", currency, refund_of AS "refundOf", note,
      actor_id AS "actorId", created_at AS "createdAt", base_amount_minor AS "baseMinor", commission_rate_ppm AS "ratePpm", commission_amount_minor AS "commissionMinor"
    FROM transactions t JOIN commission_calculations c ON c.tenant_id = t.tenant_id AND c.transaction_id = t.id
    WHERE partnership_id = $1 AND ($2::text IS NULL OR id = $2) ORDER BY created_at DESC, id LIMIT $3`, [partnershipId, id, TRANSACTIONS_MAX])
  return rows.map(({ baseMinor, ratePpm, commissionMinor, ...row }) => ({
    ...row,
    amountMinor: jsonMinor(row.amountMinor),
    createdAt: row.createdAt.toISOString(),
    commission: { baseMinor: jsonMinor(baseMinor), ratePpm, amountMinor: jsonMinor(commissionMinor) }
  }))
}

/** The entries of the latest transactions, and what each account holds in all. */
export const ledgerOf = (deals: Deals, actor: Actor, partnershipId: string): Promise<Ledger> => deals.inTenant(actor.tenantId, async (sql) => {
  await dealOf(sql, partnershipId)
  const entries = await sql<LedgerEntry & { amountMinor: string }>(`SELECT transaction_id AS "transactionId", line, account, l.amount_minor AS "amountMinor", l.currency
    FROM ledger_entries l JOIN transactions t ON t.tenant_id = l.tenant_id AND t.id = l.transaction_id
    WHERE partnership_id = $1 ORDER BY t.created_at DESC, t.id, line LIMIT $2`, [partnershipId, 3 * TRANSACTIONS_MAX])
  const balances = await sql<Ledger['balances'][number] & { amountMinor: string }>(`SELECT account, l.currency, sum(l.amount_minor) AS "amountMinor"
    FROM ledger_entries l JOIN transactions t ON t.tenant_id = l.tenant_id AND t.id = l.transaction_id WHERE partnership_id = $1 GROUP BY account, l.currency ORDER BY l.currency, account`, [partnershipId])
  const exact = <T extends { amountMinor: string }>(row: T) => ({ ...row, amountMinor: jsonMinor(row.amountMinor) })
  return { entries: entries.map(exact), balances: balances.map(exact) }
})
