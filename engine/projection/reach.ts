import { asked, type GraphArrays } from './arrays.js'
import type { Prior } from '../../models/affinity.js'
import { Most, placed, Sums, type Seeds } from './scratch.js'

/** `a`, `b`: powers of the degrees of what is shared and of who shares it; `prior`: a factor for each degree of where the walk ends, by label. */
export interface Walking {
  seeds: Seeds, seekerId: string, viewerId: string, degreeMax: number, breadth: number, a: number, b: number, prior: Prior, now: string
}

/** A seed that the walk sets out from, with its surest fact, and what this is divided by. */
export interface First { n: number, weight: number, share: number, factId: string }

/**
 * Those whom two steps reach: the most of them, as many as the walk goes on from, most first, and the mass that goes on from each; and as far
 * as it was asked for, what the third step brings. `ends` has two sums a node: what is brought, and what would be were the last facts certain.
 */
export interface Reach {
  firsts: First[]
  nodes: Uint32Array
  /** What goes on from each of them. */
  masses: Float64Array
  /** The same by node. */
  mass: Sums
  ends: Sums
  /** From so many of the nodes the third step is done; the others have so many facts. */
  done: number
  left: number
}

let last: { asking: Walking, arrays: GraphArrays, changes: number, reach: Reach } | null = null
const SAME = ['seeds', 'seekerId', 'viewerId', 'now', 'degreeMax', 'breadth', 'a', 'b'] as const
const arriving = new Sums()
const goingOn = new Sums()
const ends = new Sums()
const places = new Sums()

/** The last one is kept, since a request asks several times for the same. */
export function reach (arrays: GraphArrays, asking: Walking): Reach {
  if (last?.arrays === arrays && last.changes === arrays.changes && SAME.every((name) => last!.asking[name] === asking[name])) return last.reach
  const firsts = firstsOf(arrays, asking)
  let facts = 0
  for (const { n } of firsts) facts += arrays.count[n]!
  arriving.ready(Math.min(facts, arrays.nodes))
  for (const first of firsts) flow(arrays, asking, first)
  const { nodes, masses } = goOn(arrays, asking)
  let left = 0
  goingOn.ready(nodes.length)
  for (let i = 0; i < nodes.length; i++) {
    left += arrays.count[nodes[i]!]!
    goingOn.add(nodes[i]!, masses[i]!, 0)
  }
  last = { asking, arrays, changes: arrays.changes, reach: { firsts, nodes, masses, mass: goingOn, ends, done: 0, left } }
  return last.reach
}

/** The place of each first among the firsts, from 1 on, by node. */
export const placesOf = (firsts: First[]): Sums => placed(places, firsts.map(({ n }) => n))

function firstsOf (arrays: GraphArrays, { seeds, degreeMax, a }: Walking): First[] {
  const firsts: First[] = []
  for (const id in seeds) {
    const n = arrays.numbers.get(id)
    if (n === undefined || arrays.count[n]! > degreeMax) continue
    const told = seeds[id]!
    let best = told[0]!
    for (const seed of told) if (seed.weight > best.weight) best = seed
    if (best.weight > 0) firsts.push({ n, weight: best.weight, share: power(arrays.count[n]!, a), factId: best.factId })
  }
  return firsts
}

/** What one seed passes on to its neighbors. */
function flow (arrays: GraphArrays, asking: Walking, { n, weight: seed, share }: First): void {
  const { neighbor, weight, start, count } = arrays
  const each = seed / share
  for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
    let w = weight[k]!
    if (w !== w) w = asked(arrays, k, asking) // eslint-disable-line no-self-compare
    if (w > 0) arriving.add(neighbor[k]!, w * each, 0)
  }
}

/** Chooses those from whom the walk goes on. */
function goOn (arrays: GraphArrays, { seekerId, degreeMax, breadth, b }: Walking): { nodes: Uint32Array, masses: Float64Array } {
  const { count } = arrays
  const { keys, values, touched, size } = arriving
  const seeker = arrays.numbers.get(seekerId) ?? -1
  const most = new Most(breadth)
  for (let i = 0; i < size; i++) {
    const at = touched[i]!
    const n = keys[at]! - 1
    const mass = values[2 * at]!
    if (mass >= most.least && count[n]! <= degreeMax && n !== seeker) most.offer(n, mass / power(count[n]!, b))
  }
  const nodes = most.take(arrays.ids)
  return { nodes, masses: most.sizes }
}

/** The third step, from the strongest on, until it has touched so many facts. */
export function goFurther (arrays: GraphArrays, asking: Walking, reach: Reach, budget: number): void {
  const { nodes, masses } = reach
  if (reach.done === 0) ends.ready(Math.min(reach.left, arrays.nodes))
  for (let spent = 0; reach.done < nodes.length && spent < budget; reach.done++) {
    const count = arrays.count[nodes[reach.done]!]!
    bring(arrays, asking, nodes[reach.done]!, masses[reach.done]!)
    spent += count
    reach.left -= count
  }
}

function bring (arrays: GraphArrays, asking: Walking, n: number, mass: number): void {
  const { neighbor, weight, start, count } = arrays
  for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
    let w = weight[k]!
    if (w !== w) w = asked(arrays, k, asking) // eslint-disable-line no-self-compare
    if (w > 0) ends.add(neighbor[k]!, mass * w, mass)
  }
}

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
