import { setImmediate as nextTurn } from 'node:timers/promises'
import type Hnswlib from 'hnswlib-node'
import { exactSpace, type ExactSpace } from './exact.js'
import { unit, type Allow, type VectorSpace } from './space.js'
import { turns } from '../turns.js'

/** A saved graph: `labels[label]` is the id of that point, null where it was deleted. */
export interface SavedGraph { file: string, labels: Array<string | null> }
export interface HnswSpace extends VectorSpace {
  /** Every vector, also those that the graph does not hold yet. */
  exact: ExactSpace
  /** Writes the graph, if there is one, to a file that must not exist yet; returns the labels that belong to it. */
  writeGraph: (file: string) => Promise<SavedGraph['labels'] | null>
}
interface HnswOptions {
  /** Fewer vectors than this are scanned: see benchmarks/index.ts. */
  exactBelow?: number
  saved?: SavedGraph
}

// Malkov & Yashunin 2018. ef = 200 finds .997 of the 50 nearest of 25,000 MiniLM vectors, 4k keeps that for larger k.
const M = 16
const EF_CONSTRUCTION = 200
const efFor = (k: number) => Math.max(200, 4 * k)

const EXACT_BELOW = 20_000 // the scan takes 5 ms here, misses nothing, and there is no graph to grow
const NARROW = 0.1 // a filter that leaves less: the graph would call it on thousands of points to find the few allowed
const SAMPLE = 256
const DELETED_MAX = 0.3
const SLICE = 16 // points added to the graph between two turns of the event loop: about 10 ms

/** The addon, or null where it was not built: it is an optional dependency. */
export async function loadHnswlib (): Promise<typeof Hnswlib | null> {
  return import('hnswlib-node').then((module) => module.default, () => null)
}

/**
 * The vectors lie in an exact space; the graph is a way to find candidates among them, who are then scored exactly.
 * A new vector waits in `pending`, where it is scanned, until `settle` moves it into the graph: so adding is quick, no
 * answer is stale, and the graph may be dropped and grown again at any time.
 *
 * hnswlib forgives nothing. It aborts the process when a filter throws, loads a file of another dimension, takes NaN,
 * truncates labels, forgets ef on load and writes a broken file while points are added: hence the care below.
 */
export async function hnswSpace (hnswlib: typeof Hnswlib, dimension: number, exact = exactSpace(dimension), options: HnswOptions = {}): Promise<HnswSpace> {
  const { exactBelow = EXACT_BELOW, saved } = options
  let graph: Hnswlib.HierarchicalNSW | null = null
  let labels: Array<string | null> = [] // a label is never used twice: taking over a deleted point costs 15 fresh ones
  let labelOf = new Map<string, number>()
  const pending = new Set<string>()
  const retired: number[] = [] // labels to be marked in the graph when it is not being written
  let writing = false
  const inTurn = turns() // settling and writing

  const retire = (id: string) => {
    const label = labelOf.get(id)
    if (label === undefined) return
    labelOf.delete(id)
    labels[label] = null
    retired.push(label)
    if (!writing) markRetired()
  }
  const markRetired = () => {
    for (const label of retired.splice(0)) graph?.markDelete(label)
  }

  const startOver = () => {
    graph = null
    labels = []
    labelOf = new Map()
    retired.length = 0
    for (const id of exact.rows().ids) pending.add(id)
  }

  const insert = (id: string) => {
    graph ??= emptyGraph(hnswlib, dimension, exact.size)
    if (labels.length >= graph.getMaxElements()) graph.resizeIndex(2 * graph.getMaxElements())
    graph.addPoint(toArray(exact.get(id)!), labels.length)
    labelOf.set(id, labels.length)
    labels.push(id)
  }

  /** Also while much waits: one by one costs four times as much as in a row. */
  const isScanBetter = (k: number) => exact.size < exactBelow || !(k > 0) || 4 * pending.size > exact.size

  const settle = async (signal?: AbortSignal) => {
    if (labels.length - labelOf.size > DELETED_MAX * labels.length) startOver()
    let added = 0
    if (exact.size < exactBelow) return false
    for (const id of pending) { // ids that come or go meanwhile are seen: a Set iterates over what it holds
      if (signal?.aborted) break
      insert(id)
      pending.delete(id)
      if (++added % SLICE === 0) await nextTurn()
    }
    return added > 0
  }

  if (saved) {
    graph = await readGraph(hnswlib, dimension, saved)
    labels = [...saved.labels]
    labelOf = new Map(labels.flatMap((id, label) => id === null ? [] : [[id, label]]))
  }
  for (const id of exact.rows().ids) if (!labelOf.has(id)) pending.add(id)

  return {
    dimension,
    exact,
    get size () { return exact.size },
    get unsettled () { return exact.size < exactBelow ? 0 : pending.size },
    has: exact.has,
    get: exact.get,
    similarity: exact.similarity,

    add (id, vector) {
      exact.add(id, vector) // refuses what is no vector before anything has changed
      retire(id)
      pending.add(id)
    },

    remove (id) {
      retire(id)
      pending.delete(id)
      return exact.remove(id)
    },

    search (vector, k, allow) {
      const direction = unit(vector, dimension)
      if (direction === null || graph === null || isScanBetter(k) || isNarrow(exact, allow)) return exact.search(vector, k, allow)
      const found = walk(graph, labels, direction, k, allow)
      // The graph may not reach k allowed points although they exist; the scan does.
      if (found.length < Math.min(k, labelOf.size)) return exact.search(direction, k, allow)
      const waiting = allow ? [...pending].filter(allow) : pending
      return exact.searchAmong([...found, ...waiting], direction, k)
    },

    settle: (signal) => inTurn(() => settle(signal)),

    writeGraph: (file) => inTurn(async () => {
      if (graph === null || exact.size < exactBelow) return null
      writing = true
      const written = [...labels]
      try {
        await graph.writeIndex(file)
      } finally {
        writing = false
        markRetired()
      }
      return written
    })
  }
}

function emptyGraph (hnswlib: typeof Hnswlib, dimension: number, expected: number): Hnswlib.HierarchicalNSW {
  const graph = new hnswlib.HierarchicalNSW('ip', dimension)
  graph.initIndex({ maxElements: Math.ceil(1.2 * expected) + 64, m: M, efConstruction: EF_CONSTRUCTION })
  return graph
}

/** Only for a file whose checksum was found right. */
async function readGraph (hnswlib: typeof Hnswlib, dimension: number, { file, labels }: SavedGraph): Promise<Hnswlib.HierarchicalNSW> {
  const graph = new hnswlib.HierarchicalNSW('ip', dimension)
  await graph.readIndex(file)
  if (graph.getCurrentCount() !== labels.length) throw new Error(`The graph holds ${graph.getCurrentCount()} points, its labels are ${labels.length}`)
  return graph
}

/** The ids of about k allowed points near the vector; a few more than k, as their order is only nearly right. */
function walk (graph: Hnswlib.HierarchicalNSW, labels: Array<string | null>, vector: Float32Array, k: number, allow?: Allow): string[] {
  let failure: { error: unknown } | null = null
  const admit = (label: number): boolean => {
    try {
      const id = labels[label]
      return failure === null && id != null && allow!(id)
    } catch (error) {
      failure = { error }
      return false
    }
  }
  graph.setEf(efFor(k))
  const wanted = Math.min(k + 10, graph.getMaxElements())
  const { neighbors } = graph.searchKnn(toArray(vector), wanted, allow ? admit : undefined)
  if (failure !== null) throw (failure as { error: unknown }).error
  return neighbors.flatMap((label) => labels[label] ?? [])
}

/** hnswlib takes plain arrays only; `Array.from` is ten times slower than this. */
function toArray (vector: Float32Array): number[] {
  const numbers = new Array<number>(vector.length)
  for (let i = 0; i < vector.length; i++) numbers[i] = vector[i]!
  return numbers
}

/** Whether a filter seems to leave few, judged by ids from all over the space. */
function isNarrow (exact: ExactSpace, allow?: Allow): boolean {
  if (!allow) return false
  const { ids } = exact.rows()
  const stride = Math.max(1, Math.floor(ids.length / SAMPLE))
  let seen = 0
  let allowed = 0
  for (let row = 0; row < ids.length; row += stride, seen++) if (allow(ids[row]!)) allowed++
  return allowed < NARROW * seen
}
