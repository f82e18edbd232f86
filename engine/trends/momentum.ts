import type { TrendStatus } from '../../models/trend.js'

/** Months of the window that is compared with the months before it. */
const WINDOW_MONTHS = 3
const BASELINE_MONTHS = 9
export const MONTHS = WINDOW_MONTHS + BASELINE_MONTHS
/** Stands for evidence not seen yet, so that a quiet trend is not judged by one voice (additive smoothing). */
const PRIOR = 0.5

/**
 * Momentum of a trend in (0, 1): its monthly evidence in the last window against its own baseline, r / (r + b); 0.5 is steady.
 * That is the logistic of the log growth ln(r / b). `counts` are evidence per month, oldest first; missing months are zeros.
 */
export function momentum (counts: number[]): number {
  const recent = mean(windowOf(counts)) + PRIOR
  const baseline = mean(baselineOf(counts)) + PRIOR
  return recent / (recent + baseline)
}

/** Evidence grows, or shrinks, by half. */
const GROWING = 0.6
const SHRINKING = 0.4
/** Heard of often enough to be something: one or two voices are none. */
const HEARD = 3

/**
 * What a time line comes to:
 * - emerging: heard of at least three times in the last three months, at most once in the nine before;
 * - rising: the same number of times, momentum of at least 0.6 (half as much again as before), and the last month no quieter than the first;
 * - peaking: the same, but it has begun to go down;
 * - fading: momentum of at most 0.4, of something that was heard of at least three times before;
 * - steady: anything else.
 */
export function statusOf (counts: number[]): TrendStatus {
  const recent = windowOf(counts)
  const [heard, before] = [sum(recent), sum(baselineOf(counts))]
  if (heard >= HEARD && before <= 1) return 'emerging'
  const score = momentum(counts)
  if (heard >= HEARD && score >= GROWING) return recent.at(-1)! >= recent[0]! ? 'rising' : 'peaking'
  return before >= HEARD && score <= SHRINKING ? 'fading' : 'steady'
}

const windowOf = (counts: number[]) => counts.slice(-WINDOW_MONTHS)
const baselineOf = (counts: number[]) => counts.slice(-MONTHS, -WINDOW_MONTHS)
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
const mean = (numbers: number[]) => numbers.length === 0 ? 0 : sum(numbers) / numbers.length

/** Months `2025-03` … up to and including `last`, `count` of them. */
export function monthsUpTo (last: string, count: number): string[] {
  const [year, month] = last.split('-').map(Number) as [number, number]
  return Array.from({ length: count }, (_, i) => new Date(Date.UTC(year, month - count + i, 1)).toISOString().slice(0, 7))
}
