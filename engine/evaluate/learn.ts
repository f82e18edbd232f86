import { degree, type Adjacency } from '../learned/adjacency.js'
import { drawn, folded, gramian, type FactorOptions, type Factors } from '../learned/factors.js'
import { priors } from '../learned/prior.js'
import type { Learned, RankOptions } from '../learned/rank.js'
import { joined, type Rows } from '../learned/rows.js'
import { ranges, shared, type Crew, type Ranked } from './crew.js'
import type { Scene } from './scene.js'
import type { Settings } from './settings.js'

/** Both parts, and the workers told of them. */
export async function learn (crew: Crew, scene: Scene, settings: Settings, log: (message: string) => void): Promise<Learned> {
  const began = performance.now()
  const rows = await walk(crew, scene, settings)
  const walked = performance.now()
  const vectors = await factorize(crew, scene, settings)
  log(`${scene.name}: rows of the walk ${seconds(walked - began)} s, ${rows.to.length} values; factors ${seconds(performance.now() - walked)} s`)
  return share(crew, scene, { rows, vectors })
}

export async function share (crew: Crew, { name }: Scene, learned: Learned): Promise<Learned> {
  await crew.each(Array.from({ length: crew.hands }, () => ({ do: 'learn' as const, name, learned })))
  return learned
}

const seconds = (ms: number) => (ms / 1000).toFixed(1)

export async function walk (crew: Crew, { name, graph, targets, evidence }: Scene, settings: Settings): Promise<Rows> {
  const prior = priors(evidence, graph.size, settings.rank)
  const middle = (node: number) => targets[node] === 1 ? sum(graph, node) : 0
  // Rows start at targets only: those are what seekers of a graph of pairs have.
  const parts = await crew.each(ranges(crew.hands, graph.size, middle).map((range) =>
    ({ do: 'walk' as const, name, range, options: { ...settings.walk, targets, prior } })))
  const { start, to, value } = joined(parts)
  return { start: shared(start), to: shared(to), value: shared(value) }
}

function sum ({ start, to }: Adjacency, node: number): number {
  let steps = 0
  for (let slot = start[node]!; slot < start[node + 1]!; slot++) steps += start[to[slot]! + 1]! - start[to[slot]!]!
  return steps
}

export async function factorize (crew: Crew, { name, graph, targets }: Scene, settings: Settings): Promise<Learned['vectors']> {
  const options: FactorOptions = { ...settings.factors, targets }
  const factors: Factors = drawn(graph, options)
  const shares = ranges(crew.hands, graph.size, (node) => degree(graph, node) + options.dimensions / 2)
  for (let round = 0; round < options.rounds; round++) {
    for (const side of ['sources', 'targets'] as const) {
      const other = gramian(factors, side === 'sources' ? 'targets' : 'sources')
      await crew.each(shares.map((range) => ({ do: 'solve' as const, name, side, other, factors, range, options })))
    }
  }
  return { dimensions: options.dimensions, targets: factors.targets, lent: shared(folded(graph, factors, options)) }
}

export interface Measured { recall: number, ndcg: number, coverage: number, users: number }

/** `sample`: only so many of the users, evenly spread, and from candidates found before while neither `a` nor `fade` changes. */
export async function measure (
  crew: Crew, { name, asked, evidence }: Scene, settings: { rank: RankOptions, pool: number }, { k, sample }: { k: number, sample?: number }
): Promise<Measured> {
  const count = Math.min(sample ?? Infinity, asked.nodes.length)
  const parts: Ranked[] = await crew.each(ranges(crew.hands, count, () => 1).map((range) =>
    ({ do: 'rank' as const, name, range, every: asked.nodes.length / count, draft: sample !== undefined, options: settings.rank, ranking: { k, pool: settings.pool } })))
  const users = parts.reduce((total, part) => total + part.users, 0)
  return {
    recall: parts.reduce((total, part) => total + part.recall, 0) / users,
    ndcg: parts.reduce((total, part) => total + part.ndcg, 0) / users,
    coverage: new Set(parts.flatMap(({ listed }) => Array.from(listed))).size / evidence.targets.length,
    users
  }
}
