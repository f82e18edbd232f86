import { BOUNDS, WALK, WEIGHTS } from '../../engine/affinity/weights.js'
import type { GraphArrays } from '../../engine/projection/arrays.js'
import { priorAt } from '../../engine/projection/prior.js'
import type { Prior } from '../../models/affinity.js'

/** A walk that goes on from everyone, however many they are. */
export const UNBOUNDED = { breadth: Infinity, facts: Infinity }

/** The first of the graph terms, worked out from the definition without any art: sums in maps, all of them sorted. Facts in these graphs are all shared ones. */
export function plainly ({ arrays, prior }: { arrays: GraphArrays, prior: Prior }, memberId: string, limit: number, { breadth, facts }: { breadth: number, facts: number } = BOUNDS): string[] {
  const { neighbor, weight, start, count, ids } = arrays
  const seeker = arrays.numbers.get(memberId)!
  const slots = (n: number) => Array.from({ length: count[n]! }, (_, i) => start[n]! + i)
  const seeds = slots(seeker).sort((a, b) => weight[b]! - weight[a]! || count[neighbor[a]!]! - count[neighbor[b]!]! || (ids[neighbor[a]!]! < ids[neighbor[b]!]! ? -1 : 1))
    .slice(0, BOUNDS.seeds)
  const known = new Set(seeds.map((k) => neighbor[k]!)).add(seeker)

  const shared = new Map<number, number>()
  const masses = new Map<number, number>()
  for (const seed of seeds) {
    const via = neighbor[seed]!
    if (count[via]! > BOUNDS.degreeMax) continue
    for (const k of slots(via)) {
      add(shared, neighbor[k]!, weight[seed]! * weight[k]! / Math.log(Math.max(2, count[via]!)))
      add(masses, neighbor[k]!, weight[seed]! * weight[k]! / count[via]! ** WALK.a)
    }
  }
  const seconds = [...masses].filter(([n]) => n !== seeker && count[n]! <= BOUNDS.degreeMax)
    .map(([n, mass]) => ({ n, mass: mass / count[n]! ** WALK.b })).sort((a, b) => b.mass - a.mass || (ids[a.n]! < ids[b.n]! ? -1 : 1)).slice(0, breadth)

  const scores = new Map([...shared].map(([n, value]) => [n, value * WEIGHTS.shared]))
  const { at } = priorAt(arrays, prior)
  let before = 0
  for (const { n, mass } of seconds) {
    if (before >= facts) break
    before += count[n]!
    for (const k of slots(n)) if (!known.has(neighbor[k]!)) add(scores, neighbor[k]!, WEIGHTS.walk * mass * weight[k]! * at(neighbor[k]!))
  }
  return [...scores].filter(([n]) => !known.has(n)).sort((a, b) => b[1] - a[1] || (ids[a[0]]! < ids[b[0]]! ? -1 : 1)).slice(0, limit).map(([n]) => ids[n]!)
}

const add = (sums: Map<number, number>, n: number, value: number) => sums.set(n, (sums.get(n) ?? 0) + value)
