import { damped, degree, type Adjacency } from './adjacency.js'
import { priors, type Evidence, type PriorOptions } from './prior.js'
import { add, clear, emptyRow, type Rows } from './rows.js'

/**
 * Affinity of a seeker's seeds i to a target j, a sum of two parts that are both linear in the seeds:
 *
 *   score(j) = walk(j) / walk(best) + share · factors(j) / factors(best)
 *   walk(j) = prior(j) · Σ weight(i) · degree(i)^−a · rows(i, j)
 *   factors(j) = prior(j) · degree(j)^−damp · max(0, Σ weight(i) · lent(i) · y(j))
 *
 * The walk finds the candidates, its `pool` best; the factors have a say in their order.
 */
export interface RankOptions extends PriorOptions {
  a: number
  /** The weight of a seed is (1 + how many of the seeker's are newer)^−fade. */
  fade: number
  share: number
  damp: number
}

export interface Learned {
  rows: Rows
  /** Of targets as seen and of what each lends to who has it; size × dimensions. */
  vectors: { dimensions: number, targets: Float64Array, lent: Float64Array } | null
}

export interface Model extends Learned {
  lead: Float64Array // of each node: degree^−a
  prior: Float64Array // of each node; 0: no target
  damp: Float64Array // of each node: degree^−damp
  share: number
}

export interface Seed { node: number, weight: number }
/** The parts sum to the score. */
export interface Hit { node: number, score: number, parts: { walk: number, factors: number } }

export function model (graph: Adjacency, learned: Learned, evidence: Evidence, options: RankOptions): Model {
  return {
    ...learned,
    lead: damped(graph, options.a),
    prior: priors(evidence, graph.size, options),
    damp: damped(graph, options.damp),
    share: options.share
  }
}

/** What a node has, the newest first in weight. `age` is that of `ages(graph)`. */
export function seedsOf ({ start, to, weight }: Adjacency, age: Float64Array, node: number, fade: number): Seed[] {
  const seeds: Seed[] = []
  for (let slot = start[node]!; slot < start[node + 1]!; slot++) seeds.push({ node: to[slot]!, weight: weight[slot]! * (1 + age[slot]!) ** -fade })
  return seeds
}

export interface Request { k: number, pool: number, excluded: (node: number) => boolean }

/** A function that ranks; it keeps its working memory between calls, so it is not to be shared between threads. */
export function ranker (size: number): (model: Model, seeds: Seed[], request: Request) => Hit[] {
  const row = emptyRow(size)
  return (model, seeds, { k, pool, excluded }) => {
    spread(model, seeds, row)
    const found = best(row.touched.subarray(0, row.length), pool, (node) => excluded(node) ? 0 : row.value[node]! * model.prior[node]!)
    const walk = found.map((node) => row.value[node]! * model.prior[node]!)
    clear(row)
    const near = likeness(model, seeds, found)
    return found.map((node, i) => hit(node, walk[i]! / walk[0]!, near[i]!)).sort((x, y) => y.score - x.score || x.node - y.node).slice(0, k)
  }
}

const hit = (node: number, walk: number, factors: number): Hit => ({ node, score: walk + factors, parts: { walk, factors } })

function spread ({ rows, lead, prior }: Model, seeds: Seed[], row: ReturnType<typeof emptyRow>): void {
  for (const { node, weight } of seeds) {
    const mass = weight * lead[node]!
    for (let slot = rows.start[node]!; slot < rows.start[node + 1]!; slot++) if (prior[rows.to[slot]!] !== 0) add(row, rows.to[slot]!, mass * rows.value[slot]!)
  }
}

/** `share` for the best of the found, what is below zero as zero. */
function likeness ({ vectors, prior, damp, share }: Model, seeds: Seed[], found: number[]): Float64Array {
  const values = new Float64Array(found.length)
  if (vectors === null || share === 0) return values
  const wanted = sumOf(vectors.lent, vectors.dimensions, seeds)
  let most = 0
  for (const [i, node] of found.entries()) {
    let product = 0
    for (let d = 0, at = node * vectors.dimensions; d < wanted.length; d++) product += wanted[d]! * vectors.targets[at + d]!
    values[i] = Math.max(0, product) * prior[node]! * damp[node]!
    most = Math.max(most, values[i]!)
  }
  return most === 0 ? values : values.map((value) => share * value / most)
}

function sumOf (lent: Float64Array, dimensions: number, seeds: Seed[]): Float64Array {
  const sum = new Float64Array(dimensions)
  for (const { node, weight } of seeds) for (let d = 0, at = node * dimensions; d < dimensions; d++) sum[d]! += weight * lent[at + d]!
  return sum
}

/** The nodes of the highest merits above zero, best first; ties by number. A heap, the worst of those kept on top. */
export function best (nodes: Uint32Array, keep: number, merit: (node: number) => number): number[] {
  const heap: number[] = []
  const merits: number[] = []
  const worse = (x: number, y: number) => merits[x]! < merits[y]! || (merits[x] === merits[y] && heap[x]! > heap[y]!)
  const swap = (x: number, y: number) => {
    [heap[x], heap[y]] = [heap[y]!, heap[x]!];
    [merits[x], merits[y]] = [merits[y]!, merits[x]!]
  }
  const sink = (from: number) => {
    for (let at = from; ;) {
      const left = 2 * at + 1
      const child = left + 1 < heap.length && worse(left + 1, left) ? left + 1 : left
      if (child >= heap.length || !worse(child, at)) return
      swap(at, child)
      at = child
    }
  }
  for (const node of nodes) {
    const value = merit(node)
    if (!(value > 0)) continue
    if (heap.length < keep) {
      heap.push(node)
      merits.push(value)
      for (let at = heap.length - 1; at > 0 && worse(at, (at - 1) >> 1); at = (at - 1) >> 1) swap(at, (at - 1) >> 1)
    } else if (value > merits[0]! || (value === merits[0] && node < heap[0]!)) {
      heap[0] = node
      merits[0] = value
      sink(0)
    }
  }
  return heap.map((_, i) => i).sort((x, y) => merits[y]! - merits[x]! || heap[x]! - heap[y]!).map((i) => heap[i]!)
}

/** One way of the walk: seed, who has it too, target. The values of all ways through a seed sum to its part of `Σ weight · degree^−a · rows`. */
export interface Way { seed: number, via: number, value: number }

/** The strongest ways to one target, unscaled; `b` and `near` are those that the rows were built with, `age` is that of `ages(graph)`. */
export function waysTo (graph: Adjacency, age: Float64Array, model: Model, seeds: Seed[], target: number, { b, near, limit }: { b: number, near: number, limit: number }): Way[] {
  const ways: Way[] = []
  for (const seed of seeds.filter(({ node }) => slotOf(model.rows, node, target) >= 0)) {
    for (let out = graph.start[seed.node]!; out < graph.start[seed.node + 1]!; out++) {
      const via = graph.to[out]!
      const [back, on] = [slotOf(graph, via, seed.node), slotOf(graph, via, target)]
      if (on < 0) continue
      const value = seed.weight * model.lead[seed.node]! * graph.weight[out]! * graph.weight[on]! * degree(graph, via) ** -b * (1 + Math.abs(age[back]! - age[on]!)) ** -near
      ways.push({ seed: seed.node, via, value })
    }
  }
  return ways.sort((x, y) => y.value - x.value || x.seed - y.seed || x.via - y.via).slice(0, limit)
}

/** Where a row holds a node; −1 where it does not. */
function slotOf ({ start, to }: Pick<Rows, 'start' | 'to'>, node: number, other: number): number {
  let [low, high] = [start[node]!, start[node + 1]!]
  while (low < high) {
    const middle = (low + high) >> 1
    if (to[middle]! < other) low = middle + 1
    else high = middle
  }
  return low < start[node + 1]! && to[low] === other ? low : -1
}
