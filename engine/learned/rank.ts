import { damped, degree, type Adjacency } from './adjacency.js'
import { dot, plus } from './linear.js'
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

export interface Request { pool: number, excluded: (node: number) => boolean }

/** The candidates of a seeker and what either part says of them before any prior. */
export interface Proposed { nodes: Uint32Array, walk: Float64Array, factors: Float64Array }

/** A function that proposes the best of the walk; it keeps its working memory between calls, so it is not to be shared between threads. */
export function proposer (size: number): (model: Model, seeds: Seed[], request: Request) => Proposed {
  const row = emptyRow(size)
  return (model, seeds, { pool, excluded }) => {
    spread(model, seeds, row)
    const { nodes } = best(row.touched.subarray(0, row.length), pool, (node) => excluded(node) ? 0 : row.value[node]! * model.prior[node]!)
    const walk = Float64Array.from(nodes, (node) => row.value[node]!)
    clear(row)
    return { nodes, walk, factors: likeness(model.vectors, seeds, nodes) }
  }
}

/** The k best of the proposed. */
export function order ({ prior, damp, share }: Pick<Model, 'prior' | 'damp' | 'share'>, { nodes, walk, factors }: Proposed, k: number): Hit[] {
  const walks = walk.map((value, i) => value * prior[nodes[i]!]!)
  const likes = factors.map((value, i) => value * prior[nodes[i]!]! * damp[nodes[i]!]!)
  const [perWalk, perLike] = [1 / largest(walks), share / largest(likes)]
  const scores = walks.map((value, i) => value * perWalk + likes[i]! * perLike)
  return Array.from(best(Uint32Array.from(nodes.keys()), k, (i) => scores[i]!).nodes, (i) =>
    ({ node: nodes[i]!, score: scores[i]!, parts: { walk: walks[i]! * perWalk, factors: likes[i]! * perLike } }))
}

const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, value), Number.MIN_VALUE)

/** The k nodes of the highest affinity. */
export function ranker (size: number): (model: Model, seeds: Seed[], request: Request & { k: number }) => Hit[] {
  const propose = proposer(size)
  return (model, seeds, request) => order(model, propose(model, seeds, request), request.k)
}

function spread ({ rows, lead, prior }: Model, seeds: Seed[], row: ReturnType<typeof emptyRow>): void {
  const { start, to, value } = rows
  for (const { node, weight } of seeds) {
    const mass = weight * lead[node]!
    for (let slot = start[node]!; slot < start[node + 1]!; slot++) if (prior[to[slot]!] !== 0) add(row, to[slot]!, mass * value[slot]!)
  }
}

/** How much of what the seeds lend is in each of the found; what is below zero as zero. */
function likeness (vectors: Learned['vectors'], seeds: Seed[], found: Uint32Array): Float64Array {
  const values = new Float64Array(found.length)
  if (vectors === null) return values
  const { dimensions, lent, targets } = vectors
  const wanted = sumOf(lent, dimensions, seeds)
  for (let i = 0; i < found.length; i++) values[i] = Math.max(0, dot(targets, found[i]! * dimensions, wanted, dimensions))
  return values
}

function sumOf (lent: Float64Array, dimensions: number, seeds: Seed[]): Float64Array {
  const sum = new Float64Array(dimensions)
  for (const { node, weight } of seeds) plus(sum, weight, lent, node * dimensions, dimensions)
  return sum
}

/** The nodes of the highest merits above zero, best first; ties by number. A heap, the worst of those kept on top. */
export function best (nodes: Uint32Array, keep: number, merit: (node: number) => number): Best {
  const heap: Best = { nodes: new Uint32Array(keep), merits: new Float64Array(keep), length: 0 }
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!
    const value = merit(node)
    if (!(value > 0)) continue
    if (heap.length < keep) rise(heap, heap.length++, node, value)
    else if (value > heap.merits[0]! || (value === heap.merits[0] && node < heap.nodes[0]!)) sink(heap, node, value)
  }
  const order = Array.from({ length: heap.length }, (_, i) => i).sort((x, y) => heap.merits[y]! - heap.merits[x]! || heap.nodes[x]! - heap.nodes[y]!)
  return { nodes: Uint32Array.from(order, (i) => heap.nodes[i]!), merits: Float64Array.from(order, (i) => heap.merits[i]!), length: order.length }
}

interface Best { nodes: Uint32Array, merits: Float64Array, length: number }

function rise ({ nodes, merits }: Best, from: number, node: number, value: number): void {
  let at = from
  for (; at > 0; at = (at - 1) >> 1) {
    const parent = (at - 1) >> 1
    if (merits[parent]! < value || (merits[parent] === value && nodes[parent]! > node)) break
    nodes[at] = nodes[parent]!
    merits[at] = merits[parent]!
  }
  nodes[at] = node
  merits[at] = value
}

/** Puts one in the place of the worst. */
function sink ({ nodes, merits, length }: Best, node: number, value: number): void {
  let at = 0
  for (let child = 1; child < length; child = 2 * at + 1) {
    const right = child + 1
    if (right < length && (merits[right]! < merits[child]! || (merits[right] === merits[child] && nodes[right]! > nodes[child]!))) child = right
    if (merits[child]! > value || (merits[child] === value && nodes[child]! < node)) break
    nodes[at] = nodes[child]!
    merits[at] = merits[child]!
    at = child
  }
  nodes[at] = node
  merits[at] = value
}

/** One way of the walk: seed, who has it too, target. The values of all ways through a seed sum to its part of `Σ weight · degree^−a · rows`. */
export interface Way { seed: number, via: number, value: number }

/** The strongest ways to one target, unscaled; `b` and `near` are those that the rows were built with, `age` is that of `ages(graph)`. */
export function waysTo (
  graph: Adjacency, age: Float64Array, model: Model, seeds: Seed[], target: number, { b, near, limit }: { b: number, near: number, limit: number }
): Way[] {
  const ways: Way[] = []
  for (const seed of seeds.filter(({ node }) => slotOf(model.rows, node, target) >= 0)) {
    for (let out = graph.start[seed.node]!; out < graph.start[seed.node + 1]!; out++) {
      const via = graph.to[out]!
      const [back, on] = [slotOf(graph, via, seed.node), slotOf(graph, via, target)]
      if (on < 0) continue
      const middle = degree(graph, via) ** -b * (1 + Math.abs(age[back]! - age[on]!)) ** -near
      const value = seed.weight * model.lead[seed.node]! * graph.weight[out]! * middle * graph.weight[on]!
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
