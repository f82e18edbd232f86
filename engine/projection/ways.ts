import { asked, type GraphArrays } from './arrays.js'
import { priorAt } from './prior.js'
import { placesOf, power, reach, type First, type Reach, type Walking } from './reach.js'
import { order, placed, Sums } from './scratch.js'

/** A walk in numbers; its slots are those of the second node. */
interface Way { value: number, first: First, second: number, firstFact: number, secondFact: number }
/** Whom ways lead to, the strongest that were found so far, and what its prior multiplies. */
interface Target { to: number, prior: number, ways: Way[] }
interface Looking { arrays: GraphArrays, asking: Walking & { paths: number }, reached: Reach, firstAt: Sums }

const ROUNDING = 1 + 1e-9
const places = new Sums()

/** The strongest walks to each candidate, as `affinity/walk-paths` defines them. */
export function walkPaths (arrays: GraphArrays, asking: Walking & { candidateIds: string[], paths: number }) {
  const reached = reach(arrays, asking)
  const looking: Looking = { arrays, asking, reached, firstAt: placesOf(reached.firsts) }
  const prior = priorAt(arrays, asking.prior)
  const targets = asking.candidateIds.flatMap((id): Target[] => {
    const to = arrays.numbers.get(id)
    return to === undefined || asking.seeds[id] !== undefined ? [] : [{ to, prior: prior(to), ways: [] }]
  })
  const few = (facts: number) => facts < 2 * reached.nodes.length
  for (const target of targets) if (few(arrays.count[target.to]!)) fromTarget(looking, target)
  fromSeconds(looking, targets.filter(({ to }) => !few(arrays.count[to]!)))
  return targets.flatMap(({ to, ways }) => ways.length === 0 ? [] : [{ id: arrays.ids[to]!, paths: ways.map((way) => told(arrays, way)) }])
}

/** Whoever passes most on is looked at first; when nobody who is left can be stronger than the weakest of those found, they are all. */
function fromTarget (looking: Looking, target: Target): void {
  const { arrays, asking, reached: { mass } } = looking
  const onward: { slot: number, bound: number }[] = []
  for (let k = arrays.start[target.to]!, end = k + arrays.count[target.to]!; k < end; k++) {
    const brought = mass.of(arrays.neighbor[k]!)
    if (brought === 0) continue
    const w = asked(arrays, k, asking)
    if (w > 0) onward.push({ slot: k, bound: brought * w })
  }
  onward.sort((a, b) => b.bound - a.bound)
  for (const { slot, bound } of onward) {
    if (settled(target, bound, asking.paths)) return
    by(looking, target, { second: arrays.neighbor[slot]!, slot })
  }
}

/** The same for those with very many facts, whom the strongest of the seconds are soon found to lead to. */
function fromSeconds (looking: Looking, targets: Target[]): void {
  const { arrays: { neighbor, start, count }, asking, reached: { nodes, masses } } = looking
  if (targets.length === 0) return
  const place = placed(places, targets.map(({ to }) => to))
  for (let i = 0; i < nodes.length; i++) {
    const second = nodes[i]!
    const bound = masses[i]! // no weight is above 1
    if (targets.every((target) => settled(target, bound, asking.paths))) return
    for (let k = start[second]!, end = k + count[second]!; k < end; k++) {
      const at = place.of(neighbor[k]!)
      if (at !== 0) by(looking, targets[at - 1]!, { second, slot: k })
    }
  }
}

const settled = ({ ways, prior }: Target, bound: number, paths: number) => ways.length >= paths && ways[paths - 1]!.value > bound * prior * ROUNDING

/** The ways from the seeds to a second node, and on by the fact in a slot. */
function by ({ arrays, asking, reached: { firsts }, firstAt }: Looking, target: Target, { second, slot }: { second: number, slot: number }): void {
  const { neighbor, fact, start, count } = arrays
  const w = asked(arrays, slot, asking)
  if (w <= 0) return
  const share = power(count[second]!, asking.b)
  for (let k = start[second]!, end = k + count[second]!; k < end; k++) {
    const at = firstAt.of(neighbor[k]!)
    if (at === 0) continue
    const first = firsts[at - 1]!
    const value = first.weight * asked(arrays, k, asking) / first.share / share * w * target.prior // as Cypher rounds
    if (value > 0) keep(arrays, target.ways, { value, first, second, firstFact: fact[k]!, secondFact: fact[slot]! }, asking.paths)
  }
}

/** Puts a way in its place among the strongest. */
function keep (arrays: GraphArrays, ways: Way[], way: Way, most: number): void {
  let at = ways.length
  while (at > 0 && compare(arrays, way, ways[at - 1]!) < 0) at--
  if (at >= most) return
  ways.splice(at, 0, way)
  if (ways.length > most) ways.pop()
}

function compare (arrays: GraphArrays, a: Way, b: Way): number {
  const { ids } = arrays
  return b.value - a.value || order(ids[a.second]!, ids[b.second]!) || order(ids[a.first.n]!, ids[b.first.n]!) ||
    order(arrays.factId(a.secondFact), arrays.factId(b.secondFact)) || order(arrays.factId(a.firstFact), arrays.factId(b.firstFact))
}

function told (arrays: GraphArrays, { value, first, second, firstFact, secondFact }: Way) {
  const { ids, names } = arrays
  return {
    value,
    firstId: ids[first.n]!,
    firstName: names[first.n]!,
    seedFactId: first.factId,
    firstFactId: arrays.factId(firstFact),
    secondId: ids[second]!,
    secondName: names[second]!,
    secondFactId: arrays.factId(secondFact)
  }
}
