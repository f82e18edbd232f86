import type { Graph } from '../graph/graph.js'

/** Months of the window that is compared with the months before it. */
const WINDOW_MONTHS = 3
const BASELINE_MONTHS = 9
/** Stands for evidence not seen yet, so that a quiet trend is not judged by one voice (additive smoothing). */
const PRIOR = 0.5

/**
 * Momentum of a trend in (0, 1): its monthly evidence in the last window against its own baseline, r / (r + b); 0.5 is steady.
 * That is the logistic of the log growth ln(r / b). `counts` are evidence per month, oldest first; missing months are zeros.
 */
export function momentum (counts: number[]): number {
  const recent = mean(counts.slice(-WINDOW_MONTHS)) + PRIOR
  const baseline = mean(counts.slice(-WINDOW_MONTHS - BASELINE_MONTHS, -WINDOW_MONTHS)) + PRIOR
  return recent / (recent + baseline)
}

const mean = (numbers: number[]) => numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length

/** Months `2025-03` … up to and including `last`, `count` of them. */
export function monthsUpTo (last: string, count: number): string[] {
  const [year, month] = last.split('-').map(Number) as [number, number]
  return Array.from({ length: count }, (_, i) => new Date(Date.UTC(year, month - count + i, 1)).toISOString().slice(0, 7))
}

/** Computes the momentum of every trend of a tenant from its dated evidence, seen from the month of the latest, and stores it on the nodes. */
export async function updateMomentum (graph: Graph, tenantId: string): Promise<number> {
  const rows = await graph.read<{ id: string, month: string, evidence: number }>('trends/timeline', { tenantId })
  if (rows.length === 0) return 0
  const months = monthsUpTo(rows.reduce((last, { month }) => month > last ? month : last, ''), WINDOW_MONTHS + BASELINE_MONTHS)
  const trends = [...new Set(rows.map(({ id }) => id))].map((id) => {
    const perMonth = new Map(rows.filter((row) => row.id === id).map(({ month, evidence }) => [month, evidence]))
    return { id, momentum: momentum(months.map((month) => perMonth.get(month) ?? 0)) }
  })
  await graph.write((run) => run('trends/set-momentum', { tenantId, trends }))
  return trends.length
}
