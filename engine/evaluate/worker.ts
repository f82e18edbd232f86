import { parentPort } from 'node:worker_threads'
import { ages, type Adjacency } from '../learned/adjacency.js'
import { solveSide } from '../learned/factors.js'
import type { Evidence } from '../learned/prior.js'
import { model, order, proposer, seedsOf, type Learned, type Model, type Proposed } from '../learned/rank.js'
import { finish, walkRows } from '../learned/rows.js'
import type { Asked, Ranked, Task } from './crew.js'
import { meritsOf } from './metrics.js'

/** One of the crew: does a range of a heavy step, on arrays that all share. */

interface Kept {
  graph: Adjacency
  evidence: Evidence
  asked: Asked
  age: Float64Array
  propose: ReturnType<typeof proposer>
  learned: Learned | null
  drafts: Drafts | null
}

/** The candidates of the users asked last: while only their order is at stake, they need not be found again. */
interface Drafts { key: string, proposed: Proposed[] }

const kept = new Map<string, Kept>()
type Of<D extends Task['do']> = Extract<Task, { do: D }>

parentPort!.on('message', (task: Task) => { parentPort!.postMessage(perform(task)) })

function perform (task: Task): unknown {
  if (task.do === 'keep') return keep(task)
  const held = kept.get(task.name)!
  if (task.do === 'learn') [held.learned, held.drafts] = [task.learned, null]
  if (task.do === 'walk') return finish(walkRows(held.graph, task.range, task.options))
  if (task.do === 'solve') finish(solveSide(held.graph, task.factors, task.side, task.other, task.range, task.options))
  return task.do === 'rank' ? ranked(held, task) : null
}

function keep ({ name, graph, evidence, asked }: Of<'keep'>): null {
  kept.clear() // one at a time: rows are large
  kept.set(name, { graph, evidence, asked, age: ages(graph), propose: proposer(graph.size), learned: null, drafts: null })
  return null
}

/** Sums of recall and NDCG over every `every`-th of those who ask. */
function ranked (held: Kept, task: Of<'rank'>): Ranked {
  const { range, every, options, ranking: { k } } = task
  const { graph, evidence, asked } = held
  const ready = model(graph, held.learned!, evidence, options)
  const proposed = task.draft ? drafted(held, ready, task) : null
  const listed = new Set<number>()
  const sums = { recall: 0, ndcg: 0, users: range.end - range.first }
  for (let n = range.first; n < range.end; n++) {
    const i = Math.floor(n * every)
    const nodes = order(ready, proposed?.[n - range.first] ?? proposal(held, ready, i, task), k).map(({ node }) => node)
    const wanted = new Set(asked.wanted.subarray(asked.start[i], asked.start[i + 1]))
    for (const node of nodes) listed.add(node)
    const { recall, ndcg } = meritsOf(nodes, wanted, k)
    sums.recall += recall
    sums.ndcg += ndcg
  }
  return { ...sums, listed: Uint32Array.from(listed) }
}

function proposal ({ graph, age, asked, propose }: Kept, ready: Model, i: number, { options, ranking }: Of<'rank'>): Proposed {
  const seeds = seedsOf(graph, age, asked.nodes[i]!, options.fade)
  const seen = new Set(seeds.map(({ node }) => node))
  return propose(ready, seeds, { pool: ranking.pool, excluded: (node) => seen.has(node) })
}

function drafted (held: Kept, ready: Model, task: Of<'rank'>): Proposed[] {
  const { range: { first, end }, every, options: { a, fade } } = task
  const key = JSON.stringify([first, end, every, a, fade])
  if (held.drafts?.key !== key) {
    held.drafts = { key, proposed: Array.from({ length: end - first }, (_, n) => proposal(held, ready, Math.floor((first + n) * every), task)) }
  }
  return held.drafts.proposed
}
