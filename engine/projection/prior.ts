import type { Prior } from '../../models/affinity.js'
import { LABELS } from '../../models/vocabulary.js'
import { pooledRatio, POOL } from '../learned/prior.js'
import type { GraphArrays } from './arrays.js'

/** Powers of the two parts; chosen on hidden training pairs of Gowalla, see benchmarks/NOTES.md. */
const POWERS = { unseen: 0.5, c: 0.05 }
const DEGREES_MAX = 1000 // beyond it nothing changes

/**
 * (r(d)/d : that of all)^unseen · (d / typical)^−c for each degree d, where r(d) = (d + 1) · n(d + 1) / n(d) estimates how many facts of a node with d of
 * them were not seen, up to one factor for all (Good 1953; Robbins 1956); n(d) counts the nodes of a kind with degree d. Where nodes entered
 * a collection only with, say, ten facts or more, those with few seen have more unseen than those with ten: the histogram knows, and no
 * power of d does. The second part is the last exponent of RP3beta.
 */
export function priorOf (arrays: GraphArrays): Prior {
  const counts = LABELS.map(() => new Float64Array(DEGREES_MAX + 2))
  const logs = LABELS.map(() => ({ sum: 0, nodes: 0 }))
  for (let n = 0; n < arrays.nodes; n++) {
    const degree = Math.min(DEGREES_MAX, arrays.count[n]!)
    if (degree === 0) continue
    counts[arrays.labels[n]!]![degree]!++
    logs[arrays.labels[n]!]!.sum += Math.log(degree)
    logs[arrays.labels[n]!]!.nodes++
  }
  return Object.fromEntries(LABELS.map((label, i) => [label, byDegree(counts[i]!, Math.exp(logs[i]!.sum / logs[i]!.nodes))])
    .filter((_, i) => logs[i]!.nodes > 0))
}

/** The factor of a node, and the highest that there is. */
export interface PriorAt { at: (n: number) => number, highest: number }
const highests = new WeakMap<Prior, number>()

export function priorAt ({ labels, count }: GraphArrays, prior: Prior): PriorAt {
  const tables = LABELS.map((label) => prior[label] ?? [1])
  const highest = highests.get(prior) ?? Math.max(1, ...tables.flat())
  highests.set(prior, highest)
  const at = (n: number) => {
    const table = tables[labels[n]!]!
    return table[Math.min(count[n]!, table.length - 1)]!
  }
  return { at, highest }
}

function byDegree (counts: Float64Array, typical: number): number[] {
  const highest = counts.findLastIndex((count) => count > 0)
  const average = pooledRatio(counts, 1, highest, Infinity)
  const unseen = (d: number) => (pooledRatio(counts, d, highest, POOL) / average) ** POWERS.unseen
  const prior = Array.from({ length: highest + 1 }, (_, d) => d === 0 ? 1 : unseen(d) * (d / typical) ** -POWERS.c)
  prior[0] = prior[1] ?? 1
  return prior
}
