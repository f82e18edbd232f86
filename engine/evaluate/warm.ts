import { meter, topK, type Figures } from './metrics.js'
import type { Pairs } from './read.js'

export type WarmSettings = Record<string, number>
export interface WarmResult { figures: Figures, settings: WarmSettings, validation: { recall: number, ndcg: number } | null }
export interface WarmOptions { k: number, validShare: number, tune: boolean, onProgress: (phase: string, done: number, total: number) => void }

/**
 * The walk of three steps: score(u, j) = Σ over u's items i and their users v that have j of 1 / (d_i · d_v).
 * A random walk with restart cut short, as P³ in Cooper et al., "Random walks in recommender systems", WWW 2014. Nothing to choose, so no validation.
 */
export async function evaluateWarm (train: Pairs, test: Pairs, { k, onProgress }: WarmOptions): Promise<WarmResult> {
  const { users, usersOf, indexOf } = bipartite(train)
  const found = meter(k, usersOf.length)
  const asked = [...test].filter(([, items]) => items.length > 0)
  const scores = new Float64Array(usersOf.length)
  for (const [done, [user, wanted]] of asked.entries()) {
    walk(users.get(user)!, users, usersOf, scores)
    found.add(topK(scores, k), new Set(wanted.map((id) => indexOf.get(id) ?? -1)))
    if (done % 256 === 255) {
      onProgress('ranking', done, asked.length)
      await new Promise(setImmediate)
    }
  }
  return { figures: found.figures(), settings: {}, validation: null }
}

function walk (own: number[], users: Map<string, number[]>, usersOf: string[][], scores: Float64Array): void {
  scores.fill(0)
  const reached = new Map<string, number>()
  for (const item of own) {
    const others = usersOf[item]!
    for (const other of others) reached.set(other, (reached.get(other) ?? 0) + 1 / others.length)
  }
  for (const [other, weight] of reached) {
    const items = users.get(other)!
    for (const item of items) scores[item]! += weight / items.length
  }
  for (const item of own) scores[item] = -Infinity
}

function bipartite (train: Pairs) {
  const indexOf = new Map<string, number>()
  const usersOf: string[][] = []
  const users = new Map([...train].map(([user, ids]) => [user, ids.map((id) => {
    const index = indexOf.get(id) ?? indexOf.set(id, usersOf.push([]) - 1).get(id)!
    usersOf[index]!.push(user)
    return index
  })]))
  return { users, usersOf, indexOf }
}
