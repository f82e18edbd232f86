import type { Label } from '../../models/vocabulary.js'
import { asked, type GraphArrays } from './arrays.js'
import { priorAt, type Prior } from './prior.js'
import type { Lists } from './lists.js'
import { atMost, labelMask, mostOf, Sums, type Seeds } from './scratch.js'

/** `a`, `b`: powers of the degrees of what is shared and of who shares it; `prior`: a factor for each degree of where the walk ends, by label. */
interface Walking { seeds: Seeds, seekerId: string, viewerId: string, degreeMax: number, breadth: number, a: number, b: number, prior: Prior, now: string }

const values = new Sums()
const steps = new Sums()

/** Walks of three steps from the seeds, as `affinity/walk` defines them; by lists, where there are some, all but those of the weakest middle. */
export function walk (arrays: GraphArrays, asking: Walking & { labels: Label[], candidateIds: string[], limit: number }, lists: Lists | null) {
  const { seeds, seekerId, candidateIds, limit } = asking
  spread(arrays, asking, lists)
  for (const id of [seekerId, ...Object.keys(seeds)]) values.values[arrays.numbers.get(id) ?? NOBODY] = 0
  const only = candidateIds.length === 0 ? null : Uint32Array.from(candidateIds.flatMap((id) => arrays.numbers.get(id) ?? []))
  const found = only ?? values.touched
  const size = only?.length ?? values.size
  const prior = priorAt(arrays, asking.prior)
  for (let i = 0; i < values.size; i++) values.values[values.touched[i]!]! *= prior(values.touched[i]!)
  return mostOf(found, size, values.values, limit, arrays.ids).map((n) => {
    const value = values.values[n]!
    return { id: arrays.ids[n]!, value, confidence: value / prior(n) / steps.values[n]! }
  })
}

const NOBODY = 0xffffffff // beyond every array: writing there changes nothing

/** Fills `values` by what the walk brings to each node of the wanted kinds, and `steps` by what it would bring were the last facts certain. */
function spread (arrays: GraphArrays, asking: Walking & { labels: Label[] }, lists: Lists | null): void {
  const wanted = labelMask(asking.labels)
  values.ready(arrays.nodes)
  steps.ready(arrays.nodes)
  if (lists !== null) {
    for (const { n, weight } of firsts(arrays, asking).values()) lists.spread(n, weight / arrays.count[n]! ** asking.a, wanted, values, steps)
    return
  }
  const { neighbor, weight, labels, start, count } = arrays
  const { nodes, mass } = reach(arrays, asking)
  for (const n of nodes) {
    const each = mass[n]!
    for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
      const to = neighbor[k]!
      if (wanted[labels[to]!] === 0) continue
      let w = weight[k]!
      if (w !== w) w = asked(arrays, k, asking) // eslint-disable-line no-self-compare
      if (w <= 0) continue
      values.add(to, each * w)
      steps.add(to, each)
    }
  }
}

interface Reach { nodes: number[], mass: Float64Array }
/** The last one, which a breakdown of the same walk asks for again. */
let last: { asking: Walking, arrays: GraphArrays, changes: number, reach: Reach } | null = null
const SAME = ['seeds', 'viewerId', 'now', 'a', 'b'] as const
const isLast = (arrays: GraphArrays, asking: Walking) =>
  last?.arrays === arrays && last.changes === arrays.changes && SAME.every((name) => last!.asking[name] === asking[name])
const masses = new Sums()

/** Those whom two steps reach: the most of them, as many as the walk goes on from, and the mass that arrives at each, shared out by its degree. */
function reach (arrays: GraphArrays, asking: Walking): Reach {
  const { seekerId, degreeMax, breadth, b } = asking
  const { count } = arrays
  if (isLast(arrays, asking)) return last!.reach
  masses.ready(arrays.nodes)
  for (const first of firsts(arrays, asking).values()) flow(arrays, asking, first)
  const { values: mass, touched, size } = masses
  mass[arrays.numbers.get(seekerId) ?? NOBODY] = 0
  for (let i = 0; i < size; i++) {
    const n = touched[i]!
    mass[n] = count[n]! > degreeMax ? 0 : mass[n]! / count[n]! ** b
  }
  last = { asking, arrays, changes: arrays.changes, reach: { nodes: mostOf(touched, size, mass, breadth, arrays.ids), mass } }
  return last.reach
}

/** What one seed passes on to its neighbors. */
function flow (arrays: GraphArrays, asking: Walking, { n, weight: seed }: First): void {
  const { neighbor, weight, start, count } = arrays
  const each = seed / count[n]! ** asking.a
  for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
    let w = weight[k]!
    if (w !== w) w = asked(arrays, k, asking) // eslint-disable-line no-self-compare
    if (w > 0) masses.add(neighbor[k]!, w * each)
  }
}

interface First { n: number, weight: number, factId: string }

/** The seeds that the walk sets out from, each with its surest fact. */
function firsts (arrays: GraphArrays, { seeds, degreeMax }: Walking): Map<number, First> {
  const found = new Map<number, First>()
  for (const [id, told] of Object.entries(seeds)) {
    const n = arrays.numbers.get(id)
    const best = told.reduce((a, b) => b.weight > a.weight ? b : a)
    if (n !== undefined && arrays.count[n]! <= degreeMax && best.weight > 0) found.set(n, { n, weight: best.weight, factId: best.factId })
  }
  return found
}

/** A walk of three steps by the numbers of its nodes and slots: seed, then the fact at `firstSlot` to the second, then that at `secondSlot`. */
interface Way { value: number, first: First, firstSlot: number, second: number, secondSlot: number }
const order = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0

/** The strongest first; those that are equal by the ids on the way. */
function strongest (arrays: GraphArrays): (a: Way, b: Way) => number {
  const { ids, fact } = arrays
  const factAt = (slot: number) => arrays.factId(fact[slot]!)
  return (a, b) => b.value - a.value || order(ids[a.second]!, ids[b.second]!) || order(ids[a.first.n]!, ids[b.first.n]!) ||
    order(factAt(a.secondSlot), factAt(b.secondSlot)) || order(factAt(a.firstSlot), factAt(b.firstSlot))
}

/** The strongest walks to each candidate, as `affinity/walk-paths` defines them; looked for from the candidates' side. */
export function walkPaths (arrays: GraphArrays, asking: Walking & { candidateIds: string[], paths: number }) {
  const { seeds, candidateIds, paths } = asking
  const first = firsts(arrays, asking)
  const { nodes, mass } = reach(arrays, asking)
  const share = new Map(nodes.map((n) => [n, mass[n]!]))
  return candidateIds.flatMap((id) => {
    const to = arrays.numbers.get(id)
    if (to === undefined || seeds[id] !== undefined) return []
    const ways = waysTo(arrays, asking, { to, share, first }, paths)
    return ways.length === 0 ? [] : [{ id, paths: ways.map((way) => wayRow(arrays, way)) }]
  })
}

function wayRow (arrays: GraphArrays, { value, first, firstSlot, second, secondSlot }: Way) {
  const { ids, names, fact } = arrays
  return {
    value,
    firstId: ids[first.n]!,
    firstName: names[first.n]!,
    seedFactId: first.factId,
    firstFactId: arrays.factId(fact[firstSlot]!),
    secondId: ids[second]!,
    secondName: names[second]!,
    secondFactId: arrays.factId(fact[secondSlot]!)
  }
}

interface Towards { to: number, share: Map<number, number>, first: Map<number, First> }

/** Whoever passes most on is looked at first; when nobody who is left can be stronger than the weakest of those found, they are all. */
function waysTo (arrays: GraphArrays, asking: Walking, { to, share, first }: Towards, most: number): Way[] {
  const onward: { slot: number, bound: number }[] = []
  for (let k = arrays.start[to]!, end = k + arrays.count[to]!; k < end; k++) {
    const brought = share.get(arrays.neighbor[k]!)
    if (brought === undefined) continue
    const w = asked(arrays, k, asking)
    if (w > 0) onward.push({ slot: k, bound: brought * w })
  }
  onward.sort((a, b) => b.bound - a.bound)
  const prior = priorAt(arrays, asking.prior)(to)
  const compare = strongest(arrays)
  let ways: Way[] = []
  for (const { slot, bound } of onward) {
    if (ways.length >= most && ways[most - 1]!.value > bound * prior * (1 + 1e-9)) break
    ways = atMost(ways.concat(waysBy(arrays, asking, first, { slot, prior })), most, compare)
  }
  return ways
}

/** The ways from the seeds to the neighbor in a slot, and on by its fact. */
function waysBy (arrays: GraphArrays, asking: Walking, firsts: Map<number, First>, { slot, prior }: { slot: number, prior: number }): Way[] {
  const { neighbor, count } = arrays
  const second = neighbor[slot]!
  const onward = asked(arrays, slot, asking) * prior / count[second]! ** asking.b
  const ways: Way[] = []
  for (let k = arrays.start[second]!, end = k + count[second]!; k < end; k++) {
    const first = firsts.get(neighbor[k]!)
    if (first === undefined) continue
    const w = asked(arrays, k, asking)
    if (w > 0) ways.push({ value: first.weight * w / count[first.n]! ** asking.a * onward, first, firstSlot: k, second, secondSlot: slot })
  }
  return ways
}
