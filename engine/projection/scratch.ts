import { LABELS, type Label } from '../../models/vocabulary.js'

/** What is known of a seeker, by node id; see `affinity/seeker`. */
export type Seeds = Record<string, { weight: number, confidence: number, wish: boolean, share: number, factId: string }[]>

/** 1 at the place of each wanted label. */
export function labelMask (labels: Label[]): Uint8Array {
  const mask = new Uint8Array(LABELS.length)
  for (const label of labels) mask[LABELS.indexOf(label)] = 1
  return mask
}

export const order = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0

/** The first of an order, sorted; all others are only compared with the last of them. */
export function atMost<T> (all: T[], limit: number, compare: (a: T, b: T) => number): T[] {
  if (all.length <= 4 * limit) return all.sort(compare).slice(0, limit)
  let best = all.slice(0, 2 * limit).sort(compare).slice(0, limit)
  const waiting: T[] = []
  for (let i = 2 * limit; i < all.length; i++) {
    if (compare(all[i]!, best[limit - 1]!) < 0 && waiting.push(all[i]!) === limit) best = [...best, ...waiting.splice(0)].sort(compare).slice(0, limit)
  }
  return [...best, ...waiting].sort(compare).slice(0, limit)
}

/** Sums by node number, one or two a node side by side, cleared in the time it took to fill them. A node is touched when its first sum is not 0. */
export class Sums {
  values = new Float64Array(0)
  touched = new Uint32Array(1024)
  size = 0

  constructor (private readonly width: 1 | 2 = 1) {}

  /** Empty, and large enough for so many nodes. */
  ready (nodes: number): this {
    const { values, touched, size, width } = this
    for (let i = 0; i < size; i++) {
      const at = width * touched[i]!
      values[at] = 0
      values[at + width - 1] = 0
    }
    this.size = 0
    if (values.length < width * nodes) this.values = new Float64Array(Math.ceil(1.1 * width * nodes))
    return this
  }

  /** Room for so many more touched nodes. */
  expect (more: number): void {
    if (this.size + more <= this.touched.length) return
    const wider = new Uint32Array(2 * (this.size + more))
    wider.set(this.touched)
    this.touched = wider
  }
}

/** A whole number for some of the nodes, 0 for all others. */
export class Marks {
  values = new Uint32Array(0)
  private marked: ArrayLike<number> = []

  /** The place of each of these nodes among them, from 1 on. */
  place (marked: ArrayLike<number>, nodes: number): Uint32Array {
    for (let i = 0; i < this.marked.length; i++) this.values[this.marked[i]!] = 0
    if (this.values.length < nodes) this.values = new Uint32Array(Math.ceil(1.1 * nodes))
    for (let i = 0; i < marked.length; i++) this.values[marked[i]!] = i + 1
    this.marked = marked
    return this.values
  }
}

/** The nodes of the largest sizes above zero among those offered: a heap of as many sizes, the least on top, and all who were not below it when they came. */
export class Most {
  /** What is smaller need not be offered. */
  least = Number.MIN_VALUE
  private readonly heap: Float64Array
  private readonly nodes: number[] = []
  private readonly sizes: number[] = []

  constructor (private readonly limit: number) {
    this.heap = new Float64Array(limit)
  }

  offer (n: number, size: number): void {
    if (!(size >= this.least)) return
    this.nodes.push(n)
    this.sizes.push(size)
    if (size <= this.heap[0]!) return
    sinkFromTop(this.heap, size)
    if (this.heap[0]! > this.least) this.least = this.heap[0]!
  }

  /** Sorted; those that are equal by id. */
  take (ids: string[]): { n: number, size: number }[] {
    const kept: { n: number, size: number }[] = []
    for (let i = 0; i < this.nodes.length; i++) if (this.sizes[i]! >= this.least) kept.push({ n: this.nodes[i]!, size: this.sizes[i]! })
    kept.sort((a, b) => b.size - a.size || order(ids[a.n]!, ids[b.n]!))
    if (kept.length > this.limit) kept.length = this.limit
    return kept
  }
}

function sinkFromTop (heap: Float64Array, size: number): void {
  let at = 0
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= size) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = size
}
