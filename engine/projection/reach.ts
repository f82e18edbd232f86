import { asked, type GraphArrays } from './arrays.js'
import type { Prior } from './prior.js'
import { Marks, Most, Sums, type Seeds } from './scratch.js'

/** `a`, `b`: powers of the degrees of what is shared and of who shares it; `prior`: a factor for each degree of where the walk ends, by label. */
export interface Walking { seeds: Seeds, seekerId: string, viewerId: string, degreeMax: number, breadth: number, a: number, b: number, prior: Prior, now: string }

/** A seed that the walk sets out from, with its surest fact, and what this is divided by. */
export interface First { n: number, weight: number, share: number, factId: string }

/**
 * Those whom two steps reach: the most of them, as many as the walk goes on from, most first, and the mass that goes on from each; and as far
 * as it was asked for, what the third step brings. `ends` has two sums a node: what is brought, and what would be were the last facts certain.
 */
export interface Reach {
  firsts: First[]
  nodes: Uint32Array
  /** By node; 0 where the walk does not go on from. */
  mass: Float64Array
  ends: Sums
  /** From so many of the nodes the third step is done; the others have so many facts. */
  done: number
  left: number
}

let last: { asking: Walking, arrays: GraphArrays, changes: number, reach: Reach } | null = null
const SAME = ['seeds', 'seekerId', 'viewerId', 'now', 'degreeMax', 'breadth', 'a', 'b'] as const
const masses = new Sums()
const ends = new Sums(2)
const firstMarks = new Marks()

/** The last one is kept, since a request asks several times for the same. */
export function reach (arrays: GraphArrays, asking: Walking): Reach {
  if (last?.arrays === arrays && last.changes === arrays.changes && SAME.every((name) => last!.asking[name] === asking[name])) return last.reach
  const firsts = firstsOf(arrays, asking)
  masses.ready(arrays.nodes)
  for (const first of firsts) flow(arrays, asking, first)
  const nodes = goOn(arrays, asking)
  let left = 0
  for (const n of nodes) left += arrays.count[n]!
  ends.ready(arrays.nodes)
  last = { asking, arrays, changes: arrays.changes, reach: { firsts, nodes, mass: masses.values, ends, done: 0, left } }
  return last.reach
}

/** The place of each first among the firsts, from 1 on, by node. */
export const placesOf = (arrays: GraphArrays, firsts: First[]): Uint32Array => firstMarks.place(firsts.map(({ n }) => n), arrays.nodes)

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
  const [end, each] = [start[n]! + count[n]!, seed / share]
  masses.expect(count[n]!)
  const { values, touched } = masses
  let size = masses.size
  for (let k = start[n]!; k < end; k++) {
    let w = weight[k]!
    if (w !== w) w = asked(arrays, k, asking) // eslint-disable-line no-self-compare
    if (w <= 0) continue
    const to = neighbor[k]!
    const held = values[to]!
    if (held === 0) touched[size++] = to
    values[to] = held + w * each
  }
  masses.size = size
}

/** Chooses those from whom the walk goes on, and leaves their masses alone in `masses`. */
function goOn (arrays: GraphArrays, { seekerId, degreeMax, breadth, b }: Walking): Uint32Array {
  const { count } = arrays
  const { values, touched, size } = masses
  const seeker = arrays.numbers.get(seekerId)
  if (seeker !== undefined) values[seeker] = 0
  const most = new Most(breadth)
  for (let i = 0; i < size; i++) {
    const n = touched[i]!
    const mass = values[n]!
    values[n] = 0
    if (mass >= most.least && count[n]! <= degreeMax) most.offer(n, mass / power(count[n]!, b))
  }
  const kept = most.take(arrays.ids)
  const nodes = new Uint32Array(kept.length)
  for (let i = 0; i < kept.length; i++) {
    nodes[i] = kept[i]!.n
    values[nodes[i]!] = kept[i]!.size
  }
  return nodes
}

/** The third step, from the strongest on, until it has touched so many facts. */
export function goFurther (arrays: GraphArrays, asking: Walking, reach: Reach, budget: number): void {
  const { nodes } = reach
  for (let spent = 0; reach.done < nodes.length && spent < budget; reach.done++) {
    const count = arrays.count[nodes[reach.done]!]!
    bring(arrays, asking, nodes[reach.done]!, reach.mass[nodes[reach.done]!]!)
    spent += count
    reach.left -= count
  }
}

function bring (arrays: GraphArrays, asking: Walking, n: number, mass: number): void {
  const { neighbor, weight, start, count } = arrays
  const end = start[n]! + count[n]!
  ends.expect(count[n]!)
  const { values, touched } = ends
  let size = ends.size
  for (let k = start[n]!; k < end; k++) {
    let w = weight[k]!
    if (w !== w) w = asked(arrays, k, asking) // eslint-disable-line no-self-compare
    if (w <= 0) continue
    const to = neighbor[k]!
    const held = values[2 * to]!
    if (held === 0) touched[size++] = to
    values[2 * to] = held + mass * w
    values[2 * to + 1]! += mass
  }
  ends.size = size
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
