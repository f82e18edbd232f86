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
  let rows: number[] = [] // of each label, -1 where it was deleted: quicker to ask than the map of ids
  const pending = new Set<string>()
  const retired: number[] = [] // labels to be marked in the graph when it is not being written
  let writing = false
  const inTurn = turns() // settling and writing
  const slack = dimension * 2 ** -22 // twice the error of a sum of floats (Higham 2002, 3.1) for each of two distances

  const retire = (id: string) => {
    const label = labelOf.get(id)
    if (label === undefined) return
    labelOf.delete(id)
    labels[label] = null
    rows[label] = -1
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
    rows = []
    retired.length = 0
    for (const id of exact.rows().ids) pending.add(id)
  }

  const insert = (id: string) => {
    graph ??= emptyGraph(hnswlib, dimension, exact.size)
    if (labels.length >= graph.getMaxElements()) graph.resizeIndex(2 * graph.getMaxElements())
    graph.addPoint(toArray(exact.get(id)!), labels.length)
    labelOf.set(id, labels.length)
    rows.push(exact.rowOf(id)!)
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
    rows = labels.map((id) => id === null ? -1 : exact.rowOf(id) ?? -1)
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
      const row = exact.rowOf(id)
      if (row === undefined) return false
      exact.remove(id)
      const moved = labelOf.get(exact.rows().ids[row]!)
      if (moved !== undefined) rows[moved] = row
      return true
    },

    search (vector, k, allow) {
      const direction = unit(vector, dimension)
      if (direction === null || graph === null || isScanBetter(k) || isNarrow(exact, allow)) return exact.search(vector, k, allow)
      const found = contenders(walk(graph, direction, k, allow && guarded(allow, labels)), rows, k, slack)
      // The graph may not reach k allowed points although they exist; the scan does.
      if (found.length < Math.min(k, labelOf.size)) return exact.search(direction, k, allow)
      for (const id of pending) if (!allow || allow(id)) found.push(exact.rowOf(id)!)
      return exact.searchRows(found, direction, k)
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

/** A filter of labels that keeps what it throws, for hnswlib would end the process. */
interface Guarded { admit: (label: number) => boolean, rethrow: () => void }

function guarded (allow: Allow, labels: Array<string | null>): Guarded {
  let failure: { error: unknown } | null = null
  return {
    admit (label) {
      try {
        const id = labels[label]
        return failure === null && id != null && allow(id)
      } catch (error) {
        failure = { error }
        return false
      }
    },
    rethrow () {
      if (failure !== null) throw failure.error
    }
  }
}

/** The labels and distances of about k allowed points near the vector, nearest first; a few more than k, as their order is only nearly right. */
function walk (graph: Hnswlib.HierarchicalNSW, vector: Float32Array, k: number, allow?: Guarded): Hnswlib.SearchResult {
  graph.setEf(efFor(k))
  const found = graph.searchKnn(toArray(vector), Math.min(k + 10, graph.getMaxElements()), allow?.admit)
  allow?.rethrow()
  return found
}

/** The rows of the nearest k, and of those further ones that may only seem further: each is a wait for memory where it is scored. */
function contenders ({ neighbors, distances }: Hnswlib.SearchResult, rows: number[], k: number, slack: number): number[] {
  const found: number[] = []
  let most = Infinity
  for (let i = 0; i < neighbors.length && distances[i]! <= most; i++) {
    const row = rows[neighbors[i]!]!
    if (row >= 0 && found.push(row) === k) most = distances[i]! + slack
  }
  return found
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
