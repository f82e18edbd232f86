import type { Label } from '../../models/vocabulary.js'
import { asked, type GraphArrays } from './arrays.js'
import { priorAt } from './prior.js'
import { goFurther, reach, type Reach, type Walking } from './reach.js'
import { labelMask, Most, order, type Sums } from './scratch.js'

/** So many facts of the third step are touched before those who lead are looked at one by one; all of them, where few more are left. */
const BUDGET = 20_000
/** At least so many of those who lead are looked at. */
const LOOKED_AT = 200

type AskingWalk = Walking & { labels: Label[], candidateIds: string[], limit: number }

/**
 * Walks of three steps from the seeds, as `affinity/walk` defines them. Unless it must be exact, the third step of a long walk is first done from
 * the strongest only, which tells who leads; what they are brought in all is then looked up from their side, where that is shorter than the rest
 * of the step. So values are always exact; who leads may rarely be missed.
 */
export function walk (arrays: GraphArrays, asking: AskingWalk, exact: boolean) {
  const reached = reach(arrays, asking)
  const prior = priorAt(arrays, asking.prior)
  const nodes = asking.candidateIds.length === 0 ? leading(arrays, asking, reached, { prior, exact }) : candidates(arrays, asking)
  const rows = brought(arrays, asking, reached, nodes).filter(({ value }) => value > 0)
    .map(({ n, value, step }) => ({ id: arrays.ids[n]!, value: value * prior(n), confidence: value / step }))
  return rows.sort((a, b) => b.value - a.value || order(a.id, b.id)).slice(0, asking.limit)
}

/** Whom the walk brings most to, as far as has been walked. */
function leading (arrays: GraphArrays, asking: AskingWalk, reached: Reach, { prior, exact }: { prior: (n: number) => number, exact: boolean }): number[] {
  goFurther(arrays, asking, reached, exact || reached.left < 2 * BUDGET ? Infinity : BUDGET)
  const wanted = labelMask(asking.labels)
  const left = leftOut(arrays, asking)
  const most = new Most(Math.max(LOOKED_AT, asking.limit))
  const highest = Math.max(...asking.labels.map((label) => highestOf(asking.prior[label])))
  const { ends: { keys, values, touched, size } } = reached
  for (let i = 0; i < size; i++) {
    const n = keys[touched[i]!]! - 1
    const value = values[2 * touched[i]!]!
    if (value * highest < most.least || wanted[arrays.labels[n]!] === 0) continue
    const size = value * prior(n)
    if (size >= most.least && !left.has(n)) most.offer(n, size)
  }
  return [...most.take(arrays.ids)]
}

const highests = new WeakMap<number[], number>()

function highestOf (table: number[] | undefined): number {
  if (table === undefined) return 1
  const known = highests.get(table) ?? Math.max(...table)
  highests.set(table, known)
  return known
}

function candidates (arrays: GraphArrays, asking: AskingWalk): number[] {
  const wanted = labelMask(asking.labels)
  const left = leftOut(arrays, asking)
  const nodes: number[] = []
  for (const id of asking.candidateIds) {
    const n = arrays.numbers.get(id)
    if (n !== undefined && wanted[arrays.labels[n]!] === 1 && !left.has(n)) nodes.push(n)
  }
  return nodes
}

/** The seeker and the seeds. */
function leftOut (arrays: GraphArrays, { seeds, seekerId }: Walking): Set<number> {
  const nodes = new Set<number>()
  for (const id of [seekerId, ...Object.keys(seeds)]) {
    const n = arrays.numbers.get(id)
    if (n !== undefined) nodes.add(n)
  }
  return nodes
}

interface Brought { n: number, value: number, step: number }

/** All that is brought to some nodes: from the sums where the walk is done, else by what is shorter, the rest of the walk or a look at each. */
function brought (arrays: GraphArrays, asking: Walking, reached: Reach, nodes: number[]): Brought[] {
  let facts = 0
  for (const n of nodes) facts += arrays.count[n]!
  if (facts >= reached.left) {
    goFurther(arrays, asking, reached, Infinity)
    const { ends } = reached
    return nodes.map((n) => {
      const at = ends.placeOf(n)
      return at < 0 ? { n, value: 0, step: 1 } : { n, value: ends.values[2 * at]!, step: ends.values[2 * at + 1]! }
    })
  }
  return nodes.map((n) => lookedUp(arrays, asking, reached.mass, n))
}

function lookedUp (arrays: GraphArrays, asking: Walking, mass: Sums, n: number): Brought {
  const { neighbor, weight, start, count } = arrays
  let [value, step] = [0, 0]
  for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
    const each = mass.of(neighbor[k]!)
    if (each === 0) continue
    let w = weight[k]!
    if (w !== w) w = asked(arrays, k, asking) // eslint-disable-line no-self-compare
    if (w <= 0) continue
    value += each * w
    step += each
  }
  return { n, value, step }
}
