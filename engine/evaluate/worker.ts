import { parentPort } from 'node:worker_threads'
import { ages, type Adjacency } from '../learned/adjacency.js'
import { solveSide } from '../learned/factors.js'
import type { Evidence } from '../learned/prior.js'
import { model, ranker, seedsOf, type Learned } from '../learned/rank.js'
import { finish, walkRows } from '../learned/rows.js'
import type { Asked, Ranked, Task } from './crew.js'

/** One of the crew: does a range of a heavy step, on arrays that all share. */

interface Kept { graph: Adjacency, evidence: Evidence, asked: Asked, age: Float64Array, rank: ReturnType<typeof ranker>, learned: Learned | null }
const kept = new Map<string, Kept>()
type Of<D extends Task['do']> = Extract<Task, { do: D }>

parentPort!.on('message', (task: Task) => { parentPort!.postMessage(perform(task)) })

function perform (task: Task): unknown {
  if (task.do === 'keep') return keep(task)
  const held = kept.get(task.name)!
  if (task.do === 'learn') held.learned = task.learned
  if (task.do === 'walk') return finish(walkRows(held.graph, task.range, task.options))
  if (task.do === 'solve') finish(solveSide(held.graph, task.factors, task.side, task.other, task.range, task.options))
  return task.do === 'rank' ? ranked(held, task) : null
}

function keep ({ name, graph, evidence, asked }: Of<'keep'>): null {
  kept.set(name, { graph, evidence, asked, age: ages(graph), rank: ranker(graph.size), learned: null })
  return null
}

/** Recall and NDCG with binary relevance, the ideal over min(k, wanted), as LightGCN reports them: sums over every `every`-th of those who ask. */
function ranked ({ graph, evidence, asked, age, rank, learned }: Kept, { range, every, options, ranking }: Of<'rank'>): Ranked {
  const ready = model(graph, learned!, evidence, options)
  const listed = new Set<number>()
  const sums = { recall: 0, ndcg: 0, users: range.end - range.first }
  for (let n = range.first; n < range.end; n++) {
    const i = Math.floor(n * every)
    const seeds = seedsOf(graph, age, asked.nodes[i]!, options.fade)
    const seen = new Set(seeds.map(({ node }) => node))
    const nodes = rank(ready, seeds, { ...ranking, excluded: (node) => seen.has(node) }).map(({ node }) => node)
    const wanted = new Set(asked.wanted.subarray(asked.start[i], asked.start[i + 1]))
    for (const node of nodes) listed.add(node)
    sums.recall += nodes.filter((node) => wanted.has(node)).length / wanted.size
    sums.ndcg += gain(nodes.map((node) => wanted.has(node))) / gain(Array.from({ length: Math.min(ranking.k, wanted.size) }, () => true))
  }
  return { ...sums, listed: Uint32Array.from(listed) }
}

const gain = (hits: boolean[]) => hits.reduce((sum, hit, place) => hit ? sum + 1 / Math.log2(place + 2) : sum, 0)
