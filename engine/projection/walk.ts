import type { Label } from '../../models/vocabulary.js'
import { weighing, type GraphArrays } from './arrays.js'
import { atMost, bySize, labelMask, Sums, type Seeds } from './scratch.js'

interface Walking { seeds: Seeds, seekerId: string, viewerId: string, degreeMax: number, breadth: number, now: string }

const masses = new Sums()
const values = new Sums()
const steps = new Sums()

/** Walks of three steps from the seeds, as `affinity/walk` defines them. */
export function walk (arrays: GraphArrays, asked: Walking & { labels: Label[], candidateIds: string[], limit: number }) {
  const { seeds, seekerId, candidateIds, limit } = asked
  spread(arrays, asked)
  const seeker = arrays.numbers.get(seekerId)
  const seeded = new Set(Object.keys(seeds).map((id) => arrays.numbers.get(id)))
  const only = candidateIds.length === 0 ? null : new Set(candidateIds)
  const rows: { id: string, value: number, confidence: number }[] = []
  for (let i = 0; i < values.size; i++) {
    const to = values.node(i)
    const id = arrays.ids[to]!
    if (to === seeker || seeded.has(to) || (only !== null && !only.has(id))) continue
    rows.push({ id, value: values.at(to), confidence: values.at(to) / steps.at(to) })
  }
  return atMost(rows, limit, bySize(({ value }) => value))
}

/** Fills `values` by what the walk brings to each node of the wanted kinds, and `steps` by what it would bring were the last facts certain. */
function spread (arrays: GraphArrays, asked: Walking & { labels: Label[] }): void {
  const wanted = labelMask(asked.labels)
  const weight = weighing(arrays, asked)
  const { neighbor, labels, start, count } = arrays
  const reached = seconds(arrays, asked)
  values.ready(arrays.nodes)
  steps.ready(arrays.nodes)
  for (const { n, mass } of reached) {
    for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
      const to = neighbor[k]!
      const w = wanted[labels[to]!] === 0 ? 0 : weight(k)
      if (w <= 0) continue
      values.add(to, mass * w)
      steps.add(to, mass)
    }
  }
}

interface Second { n: number, id: string, mass: number }

/** Those whom two steps reach, with what each passes on per weight: the most of them, as many as the walk goes on from. */
function seconds (arrays: GraphArrays, asked: Walking): Second[] {
  const { neighbor, start, count, ids } = arrays
  const weigh = weighing(arrays, asked)
  const seeker = arrays.numbers.get(asked.seekerId)
  masses.ready(arrays.nodes)
  for (const { n: first, weight } of firsts(arrays, asked)) {
    for (let k = start[first]!, end = k + count[first]!; k < end; k++) {
      const w = weigh(k)
      if (w > 0) masses.add(neighbor[k]!, weight * w / count[first]!)
    }
  }
  const reached: Second[] = []
  for (let i = 0; i < masses.size; i++) {
    const n = masses.node(i)
    if (n !== seeker && count[n]! <= asked.degreeMax) reached.push({ n, id: ids[n]!, mass: masses.at(n) / count[n]! })
  }
  return reached.length <= asked.breadth ? reached : atMost(reached, asked.breadth, bySize(({ mass }) => mass))
}

interface First { n: number, weight: number, factId: string }

/** The seeds that the walk sets out from, each with its surest fact. */
function firsts (arrays: GraphArrays, { seeds, degreeMax }: Walking): First[] {
  return Object.entries(seeds).flatMap(([id, told]) => {
    const n = arrays.numbers.get(id)
    const best = told.reduce((a, b) => b.weight > a.weight ? b : a)
    return n === undefined || arrays.count[n]! > degreeMax || !(best.weight > 0) ? [] : [{ n, weight: best.weight, factId: best.factId }]
  })
}

interface Way {
  value: number, firstId: string, firstName: string, seedFactId: string, firstFactId: string, secondId: string, secondName: string, secondFactId: string
}
const strongest = (a: Way, b: Way) => b.value - a.value || order(a.secondId, b.secondId) || order(a.firstId, b.firstId) || order(a.secondFactId, b.secondFactId)
const order = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0

/** The strongest walks to each candidate, as `affinity/walk-paths` defines them; looked for from the candidates' side. */
export function walkPaths (arrays: GraphArrays, asked: Walking & { candidateIds: string[], paths: number }) {
  const { seeds, candidateIds, paths } = asked
  const weigh = weighing(arrays, asked)
  const first = new Map(firsts(arrays, asked).map((one) => [one.n, one]))
  const reached = new Set(seconds(arrays, asked).map(({ n }) => n))
  return candidateIds.flatMap((id) => {
    const to = arrays.numbers.get(id)
    if (to === undefined || seeds[id] !== undefined) return []
    const ways: Way[] = []
    for (let k = arrays.start[to]!, end = k + arrays.count[to]!; k < end; k++) {
      const second = arrays.neighbor[k]!
      const w = weigh(k)
      if (w > 0 && reached.has(second)) ways.push(...waysTo(arrays, first, { second, slot: k, weigh }, paths))
    }
    return ways.length === 0 ? [] : [{ id, paths: atMost(ways, paths, strongest) }]
  })
}

interface Onward { second: number, slot: number, weigh: (slot: number) => number }

/** The strongest ways from the seeds to one whom the walk goes on from, and on by the fact in a slot. */
function waysTo (arrays: GraphArrays, firsts: Map<number, First>, { second, slot, weigh }: Onward, most: number): Way[] {
  const { neighbor, count, ids, names } = arrays
  const ways: Way[] = []
  for (let k = arrays.start[second]!, end = k + count[second]!; k < end; k++) {
    const first = firsts.get(neighbor[k]!)
    const w = first === undefined ? 0 : weigh(k)
    if (first === undefined || w <= 0) continue
    ways.push({
      value: first.weight * w / count[first.n]! / count[second]! * weigh(slot),
      firstId: ids[first.n]!,
      firstName: names[first.n]!,
      seedFactId: first.factId,
      firstFactId: arrays.factId(arrays.fact[k]!),
      secondId: ids[second]!,
      secondName: names[second]!,
      secondFactId: arrays.factId(arrays.fact[slot]!)
    })
  }
  return atMost(ways, most, strongest)
}
