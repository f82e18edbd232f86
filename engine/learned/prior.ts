/**
 * How much more there is to come of a node than its edges so far say. Three things, each to a power of its own:
 *
 * - **unseen**: r(d)/d, where r(d) = (d + 1) · n(d+1) / n(d) estimates how many edges a node of d edges has that were not seen, up to one
 *   factor for all (Good 1953; Robbins 1956). n(d) counts the nodes of degree d. Where nodes entered a collection only with, say, ten
 *   edges or more, those with few seen have more unseen than those with ten; the histogram knows, and no power of d does.
 * - **trend**: the share of its edges that are new, against the share of all.
 * - **degree**: d^−c; c of RP3beta.
 */
export interface PriorOptions {
  unseen: number
  trend: number
  c: number
}

export const POOL = 1000 // nodes that an estimate of r rests on at least; Gale & Sampson 1995 smooth for the same reason: n(d) is noisy where it is small
const RECENT = 0.15 // an edge of a node counts e^(−x / RECENT) as new, x being the share of its neighbor's edges that are newer; benchmarks/NOTES.md
const CAUTION = 5 // edges of an average newness that each node is taken to have besides its own

/** r(d)/d for every degree d up to the highest, from the degrees of all nodes of one kind. Degree 0 is answered like degree 1. */
export function unseen (degrees: ArrayLike<number>, pool = POOL): Float64Array {
  const highest = Array.from(degrees).reduce((most, d) => Math.max(most, d), 1)
  const counts = new Float64Array(highest + 3)
  for (let i = 0; i < degrees.length; i++) counts[degrees[i]!]!++
  const ratios = new Float64Array(highest + 1)
  for (let d = 1; d <= highest; d++) ratios[d] = pooledRatio(counts, d, highest, pool)
  ratios[0] = ratios[1]!
  return ratios
}

/** Σ (k + 1) n(k + 1) / Σ k n(k) over the degrees around d that hold enough nodes together. */
export function pooledRatio (counts: Float64Array, d: number, highest: number, pool: number): number {
  let low = d
  let high = d
  let held = counts[d]!
  while (held < pool && (low > 1 || high < highest)) {
    if (low > 1) held += counts[--low]!
    if (high < highest) held += counts[++high]!
  }
  let next = 0
  let seen = 0
  for (let k = low; k <= high; k++) {
    next += (k + 1) * counts[k + 1]!
    seen += k * counts[k]!
  }
  return next > 0 && seen > 0 ? next / seen : 1
}

/** What is known of each target before anyone asks. */
export interface Evidence {
  targets: Uint32Array // nodes
  degrees: Float64Array // of each target
  unseen: Float64Array // of each target: r(d)/d
  trend: Float64Array // of each target, 1 on average
}

/** `newness` of a target: the sum over its edges of `newOf(x)`. */
export function evidence (targets: Uint32Array, degrees: Float64Array, newness: Float64Array): Evidence {
  const ratios = unseen(degrees)
  const edges = degrees.reduce((sum, d) => sum + d, 0)
  const average = newness.reduce((sum, value) => sum + value, 0) / edges
  return {
    targets,
    degrees,
    unseen: degrees.map((d) => ratios[d]!),
    trend: degrees.map((d, i) => average > 0 ? (newness[i]! / average + CAUTION) / (d + CAUTION) : 1)
  }
}

/** How new an edge is, between 0 and 1; x is the share of its neighbor's edges that are newer. */
export const newOf = (x: number) => Math.exp(-x / RECENT)

/** The prior of every node of the graph, about 1 for a typical target; 0 for what is no target or has no edge. */
export function priors ({ targets, degrees, unseen, trend }: Evidence, size: number, options: PriorOptions): Float64Array {
  const prior = new Float64Array(size)
  const known = Array.from(degrees).filter((d) => d > 0)
  const typical = Math.exp(known.reduce((sum, d) => sum + Math.log(d), 0) / known.length)
  for (const [i, node] of targets.entries()) {
    if (degrees[i] === 0) continue
    prior[node] = unseen[i]! ** options.unseen * trend[i]! ** options.trend * (degrees[i]! / typical) ** -options.c
  }
  return prior
}
