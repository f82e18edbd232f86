import { BOUNDS, WALK, WEIGHTS } from '../../engine/affinity/weights.js'
import type { GraphArrays } from '../../engine/projection/arrays.js'
import { priorAt } from '../../engine/projection/prior.js'
import { asked } from '../../engine/projection/slots.js'
import type { Prior } from '../../models/affinity.js'

const DAY = '2026-01-01' // facts here hold for ever

/** A walk that goes on from everyone, however many they are. */
export const UNBOUNDED = { firstFacts: Infinity, breadth: Infinity, secondFacts: Infinity }

interface Graph { arrays: GraphArrays, prior: Prior }

/** The first of the graph terms, worked out from the definition without any art: sums in maps, all of them sorted. Facts here are shared ones. */
export function plainly ({ arrays, prior }: Graph, memberId: string, limit: number, bounds = BOUNDS as typeof UNBOUNDED): string[] {
  const { start, count, ids } = arrays
  const weightAt = (k: number) => asked(arrays, k, { now: DAY, viewerId: memberId })
  const seeker = arrays.numbers.get(memberId)!
  const slots = (n: number) => Array.from({ length: count[n]! }, (_, i) => start[n]! + i)
  const byDegree = (a: number, b: number) => count[a]! - count[b]! || (ids[a]! < ids[b]! ? -1 : 1)
  const seeds = slots(seeker).sort((a, b) => weightAt(b) - weightAt(a) || byDegree(arrays.neighborAt(a), arrays.neighborAt(b))).slice(0, BOUNDS.seeds)
  const known = new Set(seeds.map((k) => arrays.neighborAt(k))).add(seeker)

  const shared = new Map<number, number>()
  const masses = new Map<number, number>()
  const vias = seeds.map((k) => ({ n: arrays.neighborAt(k), weight: weightAt(k) })).filter(({ n }) => count[n]! <= BOUNDS.degreeMax)
  for (const { n, weight } of vias) for (const k of slots(n)) add(shared, arrays.neighborAt(k), weight * weightAt(k) / Math.log(Math.max(2, count[n]!)))
  const firsts = strongest(arrays, vias.map(({ n, weight }) => ({ n, mass: twelve(weight / count[n]! ** WALK.a) })), bounds.firstFacts)
  for (const { n, mass } of firsts) for (const k of slots(n)) add(masses, arrays.neighborAt(k), mass * weightAt(k))
  const seconds = [...masses].filter(([n]) => n !== seeker && count[n]! <= BOUNDS.degreeMax)
    .map(([n, mass]) => ({ n, mass: twelve(mass / count[n]! ** WALK.b) }))

  const scores = new Map([...shared].map(([n, value]) => [n, value * WEIGHTS.shared]))
  const { at } = priorAt(arrays, prior)
  for (const { n, mass } of strongest(arrays, seconds, bounds.secondFacts, bounds.breadth)) {
    for (const k of slots(n)) {
      const to = arrays.neighborAt(k)
      if (!known.has(to)) add(scores, to, WEIGHTS.walk * mass * weightAt(k) * at(to))
    }
  }
  return [...scores].filter(([n]) => !known.has(n)).sort((a, b) => b[1] - a[1] || (ids[a[0]]! < ids[b[0]]! ? -1 : 1)).slice(0, limit).map(([n]) => ids[n]!)
}

const add = (sums: Map<number, number>, n: number, value: number) => sums.set(n, (sums.get(n) ?? 0) + value)
const twelve = (mass: number) => Number(mass.toFixed(12))

function strongest ({ ids, count }: GraphArrays, all: { n: number, mass: number }[], facts: number, breadth = Infinity) {
  let before = 0
  return all.sort((a, b) => b.mass - a.mass || (ids[a.n]! < ids[b.n]! ? -1 : 1)).slice(0, breadth).filter(({ n }) => {
    const goes = before < facts
    before += count[n]!
    return goes
  })
}
