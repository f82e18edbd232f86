import type { Prior } from '../../models/affinity.js'
import type { GraphArrays } from './arrays.js'
import { Most, order, placed, seedsIn, Sums, type Seeds } from './scratch.js'
import { asked, CODE, NODE } from './slots.js'

/**
 * `breadth`: the walk goes on from so many at most. `firstFacts`, `secondFacts`: it sets out, and goes on, from nobody more when those before have
 * so many facts together. `a`, `b`: powers
 * of the degrees of what is shared and of who shares it; `fade`: of how much of what is known of the seeker is newer; `prior`: a factor for each
 * degree of where the walk ends, by label.
 */
export interface Walking extends Record<'degreeMax' | 'firstFacts' | 'breadth' | 'secondFacts' | 'a' | 'b' | 'fade', number> {
  seeds: Seeds, seekerId: string, viewerId: string, prior: Prior, now: string
}

/** A node and what it lends to each of its neighbors. */
export interface Lending { n: number, lends: number }
/** A seed that the walk sets out from, with its surest fact. */
export interface First extends Lending { factId: string, confidence: number }

/** Those from whom the walk goes on, strongest first, with the mass that goes on from each; and what it brings to whom but the seeds. */
export interface Reach { firsts: First[], nodes: Uint32Array, masses: Float64Array, ends: Sums }

let last: { asking: Walking, arrays: GraphArrays, changes: number, reach: Reach } | null = null
const SAME = ['seeds', 'seekerId', 'viewerId', 'now', 'degreeMax', 'firstFacts', 'breadth', 'secondFacts', 'a', 'b', 'fade'] as const
const arriving = new Sums()
const ends = new Sums()
const places = new Sums()
const nearest = new Most()

/** The last one is kept, since a request asks several times for the same. */
export function reach (arrays: GraphArrays, asking: Walking): Reach {
  if (last?.arrays === arrays && last.changes === arrays.changes && SAME.every((name) => last!.asking[name] === asking[name])) return last.reach
  const firsts = firstsOf(arrays, asking)
  arriving.ready(Math.min(factsOf(arrays, firsts), arrays.nodes))
  for (const { n, lends } of firsts) pass(arrays, asking, n, lends, arriving)

  const { nodes, masses, facts } = goOn(arrays, asking)
  ends.ready(Math.min(facts, arrays.nodes))
  for (let i = 0; i < nodes.length; i++) pass(arrays, asking, nodes[i]!, masses[i]!, ends)
  ends.drop(arrays.numbers.get(asking.seekerId) ?? -1)
  for (const { n } of seedsIn(arrays, asking.seeds)) ends.drop(n)
  last = { asking, arrays, changes: arrays.changes, reach: { firsts, nodes, masses, ends } }
  return last.reach
}

/** The place of each first among the firsts, from 1 on, by node. */
export const placesOf = (firsts: First[]): Sums => placed(places, firsts.map(({ n }) => n))

/** How many facts some nodes have together; one that joins two of them counts twice. */
export function factsOf (arrays: GraphArrays, nodes: { n: number }[]): number {
  let facts = 0
  for (const { n } of nodes) facts += arrays.count[n]!
  return facts
}

function firstsOf (arrays: GraphArrays, { seeds, degreeMax, firstFacts, a, fade }: Walking): First[] {
  const firsts: First[] = []
  for (const { n, told } of seedsIn(arrays, seeds)) {
    if (arrays.count[n]! > degreeMax) continue
    let [best, weight] = [told[0]!, 0]
    for (const seed of told) {
      const lead = seed.weight / power(1 + seed.newer, fade)
      if (lead > weight) [best, weight] = [seed, lead]
    }
    if (weight > 0) firsts.push({ n, lends: rounded(weight / power(arrays.count[n]!, a)), factId: best.factId, confidence: best.confidence })
  }
  return strongest(arrays, firsts, firstFacts)
}

/** Those that lend most, until they have so many facts together. */
export function strongest<T extends Lending> (arrays: GraphArrays, all: T[], facts: number): T[] {
  if (factsOf(arrays, all) < facts) return all
  const { count, ids } = arrays
  all.sort((a, b) => b.lends - a.lends || order(ids[a.n]!, ids[b.n]!))
  return all.slice(0, until(count, all.map(({ n }) => n), facts).going)
}

/** How many of the nodes, from the first on, it takes until they have so many facts together; and how many these have. */
function until (count: Uint32Array, nodes: ArrayLike<number>, facts: number): { going: number, together: number } {
  let [going, together] = [0, 0]
  for (; going < nodes.length && together < facts; going++) together += count[nodes[going]!]!
  return { going, together }
}

/** What a node passes on to its neighbors. */
export function pass (arrays: GraphArrays, asking: Pick<Walking, 'now' | 'viewerId'>, n: number, mass: number, to: Sums): void {
  const { slot, weights, start, count } = arrays
  for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
    let w = weights[slot[k]! >>> CODE]!
    if (w !== w) w = asked(arrays, k, asking) // eslint-disable-line no-self-compare
    if (w > 0) to.add(slot[k]! & NODE, mass * w)
  }
}

/** Chooses those from whom the walk goes on, and counts their facts. */
function goOn (arrays: GraphArrays, { seekerId, degreeMax, breadth, secondFacts, b }: Walking): Pick<Reach, 'nodes' | 'masses'> & { facts: number } {
  const { count } = arrays
  const { keys, values, touched, size } = arriving
  const seeker = arrays.numbers.get(seekerId) ?? -1
  nearest.ready(Math.min(breadth, size))
  for (let i = 0; i < size; i++) {
    const at = touched[i]!
    const n = keys[at]! - 1
    const mass = values[at]!
    if (mass >= nearest.least && count[n]! <= degreeMax && n !== seeker) nearest.offer(n, rounded(mass / power(count[n]!, b)))
  }
  const { nodes, sizes } = nearest.take(arrays.ids)
  const { going, together } = until(count, nodes, secondFacts)
  return { nodes: nodes.subarray(0, going), masses: sizes.subarray(0, going), facts: together }
}

/** So that what is equal stays so in whatever order it was summed. */
export const rounded = (mass: number) => Math.round(mass * 1e12) / 1e12

const EXPONENTS_KEPT = 16
const DEGREES_KEPT = 4096
const powers = new Map<number, Float64Array>()

/** degree^exponent; looked up where the degree is small. */
export function power (degree: number, exponent: number): number {
  if (degree >= DEGREES_KEPT) return degree ** exponent
  let table = powers.get(exponent)
  if (table === undefined) {
    if (powers.size >= EXPONENTS_KEPT) powers.clear()
    table = Float64Array.from({ length: DEGREES_KEPT }, (_, d) => d ** exponent)
    powers.set(exponent, table)
  }
  return table[degree]!
}
