import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Adjacency } from '../learned/adjacency.js'
import type { Factors, FactorOptions } from '../learned/factors.js'
import type { Evidence } from '../learned/prior.js'
import type { Learned, RankOptions } from '../learned/rank.js'
import type { Range, Rows, WalkOptions } from '../learned/rows.js'

/** Who is asked, and what is wanted of each: the test. */
export interface Asked { nodes: Uint32Array, start: Uint32Array, wanted: Uint32Array }
export interface Ranking { k: number, pool: number }

/** What a worker can be told to do. It keeps the graph and what was learned of it under a name. */
export type Task =
  | { do: 'keep', name: string, graph: Adjacency, evidence: Evidence, asked: Asked }
  | { do: 'walk', name: string, range: Range, options: WalkOptions }
  | { do: 'solve', name: string, side: 'sources' | 'targets', other: Float64Array, factors: Factors, range: Range, options: FactorOptions }
  | { do: 'learn', name: string, learned: Learned }
  | { do: 'rank', name: string, range: Range, every: number, draft: boolean, options: RankOptions, ranking: Ranking }
export interface Ranked { recall: number, ndcg: number, users: number, listed: Uint32Array }
interface Answers { keep: null, walk: Rows, solve: null, learn: null, rank: Ranked }

export interface Crew {
  hands: number
  /** One task for each worker; the answers in the same order. */
  each: <D extends Task['do']>(tasks: Array<Extract<Task, { do: D }>>) => Promise<Array<Answers[D]>>
  close: () => Promise<void>
}

/** A worker does not inherit the loader of the types' stripping. */
const STARTER = `
  const { workerData } = require('node:worker_threads')
  const ready = import('tsx/esm/api').then(({ register }) => { register(); return import(workerData) })
`

/** Workers that share a heavy step by ranges of nodes. */
export function openCrew (hands: number): Crew {
  const workers = Array.from({ length: hands }, () => new Worker(STARTER, { eval: true, workerData: new URL('./worker.ts', import.meta.url).href }))
  return {
    hands,
    each: async (tasks) => Promise.all(tasks.map(async (task, i) => {
      const worker = workers[i]!
      worker.postMessage(task)
      const [answer] = await once(worker, 'message') // an error of the worker rejects
      return answer
    })),
    close: async () => { await Promise.all(workers.map(async (worker) => worker.terminate())) }
  }
}

/** Cuts `count` things of known work into ranges of about equal work, one for each hand. */
export function ranges (hands: number, count: number, work: (i: number) => number): Range[] {
  let total = 0
  for (let i = 0; i < count; i++) total += work(i)
  const cuts = [0]
  let done = 0
  for (let i = 0; i < count && cuts.length < hands; i++) {
    done += work(i)
    if (done >= total * cuts.length / hands) cuts.push(i + 1)
  }
  while (cuts.length <= hands) cuts.push(count)
  return cuts.slice(0, -1).map((first, i) => ({ first, end: cuts[i + 1]! }))
}

/** The same numbers where every thread can read them. */
export function shared<T extends Float64Array | Uint32Array | Uint8Array> (values: T): T {
  const { constructor, byteLength } = values
  const copy = new (constructor as new (buffer: SharedArrayBuffer) => T)(new SharedArrayBuffer(byteLength))
  copy.set(values as never)
  return copy
}
