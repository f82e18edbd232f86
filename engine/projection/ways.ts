import type { GraphArrays } from './arrays.js'
import { priorAt } from './prior.js'
import { placesOf, power, reach, type First, type Reach, type Walking } from './reach.js'
import { order, placed, Sums } from './scratch.js'
import { asked, NODE } from './slots.js'

/** From a seed to a second node: two steps of a walk in numbers. */
interface Part { value: number, first: First, second: number, fact: number }
interface Way extends Part { secondFact: number }
/** Whom ways lead to, the strongest that were found so far, and what its prior multiplies. */
interface Target { to: number, prior: number, ways: Way[] }
interface Looking { arrays: GraphArrays, asking: Asking, firstAt: Sums, firsts: First[] }
type Asking = Walking & { candidateIds: string[], paths: number }

const ROUNDING = 1 + 1e-9
const places = new Sums()

/** The strongest walks to each candidate, as `affinity/walk-paths` defines them. */
export function walkPaths (arrays: GraphArrays, asking: Asking) {
  const reached = reach(arrays, asking)
  const prior = priorAt(arrays, asking.prior)
  const targets: Target[] = []
  for (const id of asking.candidateIds) {
    const to = arrays.numbers.get(id)
    if (to !== undefined && reached.ends.of(to) > 0) targets.push({ to, prior: prior.at(to), ways: [] })
  }
  look({ arrays, asking, firstAt: placesOf(reached.firsts), firsts: reached.firsts }, reached, targets)
  return targets.map(({ to, ways }) => ({ id: arrays.ids[to]!, paths: ways.map((way) => told(arrays, way)) }))
}

/** Whoever passes most on is looked at first; when nobody who is left can be stronger than the weakest of those found, they are all. */
function look (looking: Looking, { nodes, masses }: Reach, targets: Target[]): void {
  const { arrays: { slot, start, count }, asking: { paths, b }, firsts } = looking
  const place = placed(places, targets.map(({ to }) => to))
  const surest = firsts.reduce((most, { lends }) => Math.max(most, lends), 0)
  const open = (bound: number) => targets.some((target) => !settled(target, bound, paths))
  for (let i = 0; i < nodes.length; i++) {
    const second = nodes[i]!
    if (!open(masses[i]! + 1e-12)) return // no weight is above 1, and masses are rounded
    const bound = Math.min(masses[i]! + 1e-12, surest / power(count[second]!, b))
    if (!open(bound)) continue
    let parts: Part[] | null = null
    for (let k = start[second]!, end = k + count[second]!; k < end; k++) {
      const at = place.of(slot[k]! & NODE)
      if (at === 0 || settled(targets[at - 1]!, bound, paths)) continue
      parts ??= partsTo(looking, second)
      goOn(looking, targets[at - 1]!, parts, k)
    }
  }
}

const settled = ({ ways, prior }: Target, bound: number, paths: number) => ways.length >= paths && ways[paths - 1]!.value > bound * prior * ROUNDING

/** The strongest ways from the seeds to a second node. */
function partsTo ({ arrays, asking, firsts, firstAt }: Looking, second: number): Part[] {
  const { slot, fact, start, count } = arrays
  const parts: Part[] = []
  for (let k = start[second]!, end = k + count[second]!; k < end; k++) {
    const at = firstAt.of(slot[k]! & NODE)
    if (at === 0) continue
    const first = firsts[at - 1]!
    const value = first.lends * asked(arrays, k, asking)
    if (value > 0) keep(parts, { value, first, second, fact: fact[k]! }, asking.paths, (a, b) => comparePart(arrays, a, b))
  }
  return parts
}

/** From a second node to a target, by the fact in a slot. */
function goOn ({ arrays, asking }: Looking, target: Target, parts: Part[], slot: number): void {
  const w = asked(arrays, slot, asking)
  if (w <= 0) return
  const secondFact = arrays.fact[slot]!
  for (const part of parts) {
    const value = part.value / power(arrays.count[part.second]!, asking.b) * w * target.prior // as Cypher rounds
    if (settled(target, value / target.prior, asking.paths)) continue
    const { first, second, fact } = part
    keep(target.ways, { value, first, second, fact, secondFact }, asking.paths, (a, b) => compareWay(arrays, a, b))
  }
}

/** Puts one in its place among the strongest. */
function keep<T> (held: T[], one: T, most: number, compare: (a: T, b: T) => number): void {
  let at = held.length
  while (at > 0 && compare(one, held[at - 1]!) < 0) at--
  if (at >= most) return
  held.splice(at, 0, one)
  if (held.length > most) held.pop()
}

function comparePart (arrays: GraphArrays, a: Part, b: Part): number {
  return b.value - a.value || order(arrays.ids[a.first.n]!, arrays.ids[b.first.n]!) || order(arrays.factId(a.fact), arrays.factId(b.fact))
}

function compareWay (arrays: GraphArrays, a: Way, b: Way): number {
  const { ids } = arrays
  return b.value - a.value || order(ids[a.second]!, ids[b.second]!) || order(ids[a.first.n]!, ids[b.first.n]!) ||
    order(arrays.factId(a.secondFact), arrays.factId(b.secondFact))
}

function told (arrays: GraphArrays, { value, first, second, fact, secondFact }: Way) {
  const { ids, names, said, says } = arrays
  return {
    value,
    confidence: first.confidence * said[says[fact]!]!.confidence * said[says[secondFact]!]!.confidence,
    firstId: ids[first.n]!,
    firstName: names[first.n]!,
    seedFactId: first.factId,
    firstFactId: arrays.factId(fact),
    secondId: ids[second]!,
    secondName: names[second]!,
    secondFactId: arrays.factId(secondFact)
  }
}
