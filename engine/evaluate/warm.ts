import { ages, degree, type Adjacency } from '../learned/adjacency.js'
import { drawn, folded, gramian, type FactorOptions, type Factors } from '../learned/factors.js'
import { evidence, newOf, priors, type Evidence } from '../learned/prior.js'
import type { Learned, RankOptions } from '../learned/rank.js'
import { joined, type Rows } from '../learned/rows.js'
import { openCrew, ranges, shared, type Asked, type Crew, type Ranked } from './crew.js'
import { cut, graphOf, ordered, readPairs, shuffled, type Pairs } from './pairs.js'
import { SETTINGS, type Settings } from './settings.js'
import { choose, chooseDeep } from './tune.js'

export interface WarmRequest {
  train: string
  test: string
  /** The share of each user's training pairs, the newest, on which settings are chosen. */
  validShare?: number
  k?: number
  /** Choose also what is costly to choose: how the walk and the factors are built. */
  tune?: boolean
  hands?: number
  settings?: Settings
  /** Take the settings as they are. */
  fixed?: boolean
  log?: (message: string) => void
}
export interface WarmResult {
  recall: number
  ndcg: number
  coverage: number // share of the items that stand in someone's k best
  users: number
  seconds: number
  tuningSeconds: number
  peakBytes: number
  ordered: boolean // whether the lines of the file tell of time
  validation: { recall: number, ndcg: number } | null
  settings: Settings
}

/** One state of the graph, and what is asked of it. */
export interface Scene { name: string, graph: Adjacency, targets: Uint8Array, evidence: Evidence, asked: Asked }

/** Learns from the training pairs and ranks, for every user of the test file, all items that the user has not seen. The test pairs choose nothing. */
export async function evaluate (request: WarmRequest): Promise<WarmResult> {
  const { k = 20, validShare = 0.2, hands = 2, log = () => {} } = request
  const began = performance.now()
  const crew = openCrew(hands)
  try {
    const train = await readPairs(request.train)
    const timed = ordered(train)
    const lists = timed ? train.lists : shuffled(train.lists, 1)
    const test = await readPairs(request.test, train.items)
    log(`read ${lists.size} users, ${train.items.size} items; lines ${timed ? 'are in the order of time' : 'tell of no order'}`)
    const start = performance.now()
    const chosen = request.fixed === true ? { settings: request.settings ?? SETTINGS, score: null } : await validated(crew, { items: train.items, lists }, timed, { ...request, validShare, k, log })
    const tuningSeconds = (performance.now() - start) / 1000
    const scene = await stage(crew, 'test', sceneOf('test', { items: train.items, lists }, test.lists, timed))
    await learn(crew, scene, chosen.settings, log)
    const result = await measure(crew, scene, chosen.settings, { k })
    return {
      ...result,
      seconds: (performance.now() - began) / 1000,
      tuningSeconds,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      ordered: timed,
      validation: chosen.score,
      settings: chosen.settings
    }
  } finally {
    await crew.close()
  }
}

async function validated (crew: Crew, train: Pairs, timed: boolean, request: WarmRequest & { validShare: number, k: number, log: (message: string) => void }) {
  const { kept, hidden } = cut(train.lists, request.validShare)
  const scene = await stage(crew, 'validation', sceneOf('validation', { ...train, lists: kept }, hidden, timed))
  const { tune = false, k, log } = request
  return (tune ? chooseDeep : choose)(crew, scene, request.settings ?? SETTINGS, { k, log })
}

/** Everyone's graph, the items as targets, and what is wanted of whom. Users whom only the test knows are asked too, and find nothing. */
function sceneOf (name: string, { items, lists }: Pairs, wanted: Map<string, Uint32Array>, timed: boolean): Scene {
  const users = new Map([...new Set([...lists.keys(), ...wanted.keys()])].map((user, i) => [user, i]))
  const graph = graphOf(users, items.size, lists, timed)
  const targets = new Uint8Array(graph.size).fill(1, users.size)
  const asking = [...wanted].filter(([, list]) => list.length > 0)
  const start = new Uint32Array(asking.length + 1)
  for (const [i, [, list]] of asking.entries()) start[i + 1] = start[i]! + list.length
  return {
    name,
    graph,
    targets,
    evidence: evidenceOf(graph, targets, timed),
    asked: {
      nodes: Uint32Array.from(asking, ([user]) => users.get(user)!),
      start,
      wanted: Uint32Array.from(asking.flatMap(([, list]) => Array.from(list, (item) => users.size + item)))
    }
  }
}

/** The degree and the newness of every target. Where nothing is known of time all edges are equally new. */
export function evidenceOf (graph: Adjacency, targets: Uint8Array, timed: boolean): Evidence {
  const nodes = Uint32Array.from(targets.keys()).filter((node) => targets[node] === 1)
  const newness = new Float64Array(graph.size)
  const age = ages(graph)
  for (let node = 0; node < graph.size; node++) {
    const edges = degree(graph, node)
    for (let slot = graph.start[node]!; slot < graph.start[node + 1]!; slot++) newness[graph.to[slot]!]! += timed ? newOf((age[slot]! + 0.5) / edges) : 1
  }
  return evidence(nodes, Float64Array.from(nodes, (node) => degree(graph, node)), Float64Array.from(nodes, (node) => newness[node]!))
}

async function stage (crew: Crew, name: string, scene: Scene): Promise<Scene> {
  const { size, start, to, weight, when } = scene.graph
  const graph = { size, start: shared(start), to: shared(to), weight: shared(weight), when: shared(when ?? new Float64Array(to.length)) }
  const asked = { nodes: shared(scene.asked.nodes), start: shared(scene.asked.start), wanted: shared(scene.asked.wanted) }
  await crew.each(Array.from({ length: crew.hands }, () => ({ do: 'keep' as const, name, graph, evidence: scene.evidence, asked })))
  return { ...scene, graph, asked }
}

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

/** `sample`: only about so many of the users, evenly spread. */
export async function measure (crew: Crew, { name, asked, evidence }: Scene, settings: { rank: RankOptions, pool: number }, { k, sample }: { k: number, sample?: number }) {
  const count = Math.min(sample ?? Infinity, asked.nodes.length)
  const parts: Ranked[] = await crew.each(ranges(crew.hands, count, () => 1).map((range) =>
    ({ do: 'rank' as const, name, range, every: asked.nodes.length / count, options: settings.rank, ranking: { k, pool: settings.pool } })))
  const users = parts.reduce((total, part) => total + part.users, 0)
  return {
    recall: parts.reduce((total, part) => total + part.recall, 0) / users,
    ndcg: parts.reduce((total, part) => total + part.ndcg, 0) / users,
    coverage: new Set(parts.flatMap(({ listed }) => Array.from(listed))).size / evidence.targets.length,
    users
  }
}
