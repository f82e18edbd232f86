import type { Label } from '../../models/vocabulary.js'
import { holds, type GraphArrays } from './arrays.js'
import { atMost, bySize, labelMask, Sums, type Seeds } from './scratch.js'

interface Walking { seeds: Seeds, seekerId: string, viewerId: string, degreeMax: number, breadth: number, now: string }

const masses = new Sums()
const values = new Sums()
const steps = new Sums()

/** Walks of three steps from the seeds, as `affinity/walk` defines them. */
export function walk (arrays: GraphArrays, asked: Walking & { labels: Label[], candidateIds: string[], limit: number }) {
  const { seeds, seekerId, labels, candidateIds, limit } = asked
  const wanted = labelMask(labels)
  const seeker = arrays.numbers.get(seekerId)
  const seeded = new Set(Object.keys(seeds).map((id) => arrays.numbers.get(id)))
  const usable = weightOf(arrays, asked)
  const { neighbor, labels: labelOf, start, count } = arrays
  values.ready(arrays.nodes)
  steps.ready(arrays.nodes)

  for (const { n: second, mass } of seconds(arrays, asked)) {
    for (let k = start[second]!, end = k + count[second]!; k < end; k++) {
      const to = neighbor[k]!
      if (wanted[labelOf[to]!] === 0) continue
      const w = usable(k)
      if (!(w > 0)) continue
      values.add(to, mass * w)
      steps.add(to, mass)
    }
  }

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

/** The weight of a slot, where its fact holds and may be known; else 0. */
function weightOf (arrays: GraphArrays, { now, viewerId }: Walking): (k: number) => number {
  const { weight, fact, says, said } = arrays
  return (k) => {
    const w = weight[k]!
    if (w === w) return w // eslint-disable-line no-self-compare
    const one = said[says[fact[k]!]!]!
    return holds(one, now, viewerId) ? one.weight : 0
  }
}

interface Second { n: number, id: string, mass: number }

/** Those whom two steps reach, with what each passes on per weight: the most of them, as many as the walk goes on from. */
function seconds (arrays: GraphArrays, asked: Walking): Second[] {
  const { neighbor, start, count, ids } = arrays
  const usable = weightOf(arrays, asked)
  const seeker = arrays.numbers.get(asked.seekerId)
  masses.ready(arrays.nodes)
  for (const { n: first, weight } of firsts(arrays, asked)) {
    for (let k = start[first]!, end = k + count[first]!; k < end; k++) {
      const w = usable(k)
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

interface Way { value: number, firstId: string, firstName: string, seedFactId: string, firstFactId: string, secondId: string, secondName: string, secondFactId: string }
const strongest = (a: Way, b: Way) => b.value - a.value || order(a.secondId, b.secondId) || order(a.firstId, b.firstId) || order(a.secondFactId, b.secondFactId)
const order = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0

/** The strongest walks to each candidate, as `affinity/walk-paths` defines them; looked for from the candidates' side. */
export function walkPaths (arrays: GraphArrays, asked: Walking & { candidateIds: string[], paths: number }) {
  const { seeds, candidateIds, paths } = asked
  const usable = weightOf(arrays, asked)
  const first = new Map(firsts(arrays, asked).map((one) => [one.n, one]))
  const reached = new Set(seconds(arrays, asked).map(({ n }) => n))
  return candidateIds.flatMap((id) => {
    const to = arrays.numbers.get(id)
    if (to === undefined || seeds[id] !== undefined) return []
    const ways: Way[] = []
    for (let k = arrays.start[to]!, end = k + arrays.count[to]!; k < end; k++) {
      const second = arrays.neighbor[k]!
      const w = usable(k)
      if (w > 0 && reached.has(second)) ways.push(...waysTo(arrays, first, second, w, arrays.factId(arrays.fact[k]!), usable, paths))
    }
    return ways.length === 0 ? [] : [{ id, paths: atMost(ways, paths, strongest) }]
  })
}

/** The strongest ways from the seeds to one whom the walk goes on from, and on by a fact of that weight. */
function waysTo (arrays: GraphArrays, firsts: Map<number, First>, second: number, weight: number, secondFactId: string, usable: (k: number) => number, most: number): Way[] {
  const { neighbor, count, ids, names } = arrays
  const ways: Way[] = []
  for (let k = arrays.start[second]!, end = k + count[second]!; k < end; k++) {
    const first = firsts.get(neighbor[k]!)
    const w = first === undefined ? 0 : usable(k)
    if (first === undefined || !(w > 0)) continue
    const part = first.weight * w / count[first.n]!
    ways.push({
      value: part / count[second]! * weight,
      firstId: ids[first.n]!,
      firstName: names[first.n]!,
      seedFactId: first.factId,
      firstFactId: arrays.factId(arrays.fact[k]!),
      secondId: ids[second]!,
      secondName: names[second]!,
      secondFactId
    })
  }
  return ways.length <= most ? ways : ways.sort((a, b) => b.value - a.value || order(a.firstId, b.firstId) || order(a.firstFactId, b.firstFactId)).slice(0, most)
}
