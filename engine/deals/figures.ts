import type { Figure } from '../../models/deals.js'
import type { Deals, Sql } from './db.js'
import { jsonMinor } from './money.js'

/** What a figure counts: what happened in the period, in partnerships that `party` takes part in, or in all. */
export interface Period { from: string, to: string, party: string | null }

type Selection = [from: string, to: string, party: string | null]

const figure = (name: string, value: number, unit: string, counts: string, drill: string, of: string | null = null): Figure =>
  ({ name, value, unit, of, source: 'postgres', counts, drill })

const LIST = '/api/v1/partnerships'
const within = (at: string) => `${at} >= $1::date AND ${at} < $2::date + 1`
const takesPart = (id: string) => `($3::text IS NULL OR EXISTS (SELECT FROM partnership_members pm WHERE pm.partnership_id = ${id} AND pm.member_id = $3))`
const began = `${within('p.created_at')} AND ${takesPart('p.id')}`

export const dealFigures = (deals: Deals, tenantId: string, { from, to, party }: Period): Promise<Figure[]> => deals.inTenant(tenantId, async (sql) => [
  ...await byStatus(sql, [from, to, party]),
  ...await openValue(sql, [from, to, party]),
  ...await moneyMoved(sql, [from, to, party])
])

export const pipelineFigures = (deals: Deals, tenantId: string, { from, to, party }: Period): Promise<Figure[]> => deals.inTenant(tenantId, async (sql) => {
  const stages = await sql<{ stage: string, n: number, days: number }>(`SELECT stage, count(*)::int AS n, avg(extract(epoch FROM now() - stage_since) / 86400)::float8 AS days
    FROM partnerships p WHERE status IN ('active', 'on_hold') AND ${began} GROUP BY stage ORDER BY stage`, [from, to, party])
  const reached = await sql<{ stage: string, n: number }>(`SELECT to_stage AS stage, count(DISTINCT partnership_id)::int AS n
    FROM partnership_stage_history h WHERE EXISTS (SELECT FROM partnerships p WHERE p.id = h.partnership_id AND ${began}) GROUP BY to_stage ORDER BY to_stage`, [from, to, party])
  return [
    ...await byStatus(sql, [from, to, party]),
    ...stages.flatMap(({ stage, n, days }) => [
      figure('at_stage', n, 'count', `open partnerships that stand at ${stage}`, `${LIST}?stage=${stage}`, stage),
      figure('days_at_stage', days, 'days', `for how long they have stood at ${stage}, on average`, `${LIST}?stage=${stage}`, stage)
    ]),
    ...reached.map(({ stage, n }) => figure('reached_stage', n, 'count', `partnerships that ever reached ${stage}`, LIST, stage))
  ]
})

export const performanceFigures = (deals: Deals, tenantId: string, { from, to, party }: Period): Promise<Figure[]> => deals.inTenant(tenantId, async (sql) => {
  const [closed] = await sql<{ n: number, completed: number, days: number | null }>(`SELECT count(*)::int AS n, count(*) FILTER (WHERE status = 'completed')::int AS completed,
    avg(extract(epoch FROM closed_at - created_at) / 86400)::float8 AS days FROM partnerships p WHERE closed_at IS NOT NULL AND ${began}`, [from, to, party])
  const [milestones] = await sql<{ due: number, kept: number }>(`SELECT count(*)::int AS due, count(*) FILTER (WHERE m.completed_at < m.due_date + 1)::int AS kept
    FROM partnership_milestones m JOIN partnerships p ON p.tenant_id = m.tenant_id AND p.id = m.partnership_id
    WHERE m.due_date < now() AND m.status <> 'cancelled' AND ${began}`, [from, to, party])
  return [
    figure('closed', closed!.n, 'count', 'partnerships that are completed, declined or cancelled', `${LIST}?status=completed`),
    ...closed!.n === 0
      ? [] // there is no rate of nothing
      : [
          figure('success_rate', closed!.completed / closed!.n, 'ratio', 'of those closed, how many were completed', `${LIST}?status=completed`),
          figure('days_to_close', closed!.days!, 'days', 'from the beginning to the end of those closed, on average', `${LIST}?status=completed`)
        ],
    figure('milestones_due', milestones!.due, 'count', 'milestones whose day has come', LIST),
    ...milestones!.due === 0 ? [] : [figure('milestones_on_time', milestones!.kept / milestones!.due, 'ratio', 'of those, how many were completed by their day', LIST)],
    ...await moneyMoved(sql, [from, to, party])
  ]
})

const byStatus = async (sql: Sql, period: Selection): Promise<Figure[]> =>
  (await sql<{ status: string, n: number }>(`SELECT status, count(*)::int AS n FROM partnerships p WHERE ${began} GROUP BY status ORDER BY status`, period))
    .map(({ status, n }) => ({ ...figure('partnerships', n, 'count', `partnerships that are ${status}`, `${LIST}?status=${status}`, status), n }))

const openValue = async (sql: Sql, period: Selection): Promise<Figure[]> =>
  (await sql<{ currency: string, amount: string, n: number }>(`SELECT currency, sum(total_value_minor) AS amount, count(*)::int AS n FROM partnerships p WHERE status IN ('active', 'on_hold') AND ${began}
    GROUP BY currency ORDER BY currency`, period))
    .map(({ currency, amount, n }) => ({ ...figure('open_value', jsonMinor(amount), currency, 'agreed value of the open partnerships', `${LIST}?status=active`), n }))

/** From the ledger: what its accounts took in the period. */
const moneyMoved = async (sql: Sql, period: Selection): Promise<Figure[]> =>
  (await sql<{ account: string, currency: string, amount: string, n: number }>(`SELECT account, l.currency, sum(l.amount_minor) AS amount, count(DISTINCT t.id)::int AS n
    FROM ledger_entries l JOIN transactions t ON t.tenant_id = l.tenant_id AND t.id = l.transaction_id
    WHERE account IN ('clearing', 'commission') AND ${within('t.created_at')} AND ${takesPart('t.partnership_id')} GROUP BY account, l.currency ORDER BY account, l.currency`, period))
    .map(({ account, currency, amount, n }) => ({
      ...account === 'clearing'
        ? figure('received', jsonMinor(amount), currency, 'payments less refunds', `${LIST}/{id}/ledger`)
        : figure('commission', jsonMinor(-BigInt(amount)), currency, 'commission earned, less what refunds gave back', `${LIST}/{id}/ledger`),
      n
    }))
