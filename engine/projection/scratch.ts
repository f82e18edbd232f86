import { LABELS, type Label } from '../../models/vocabulary.js'

/** What is known of a seeker, by node id; see `affinity/seeker`. */
export type Seeds = Record<string, { weight: number, confidence: number, wish: boolean, share: number, factId: string }[]>

/** 1 at the place of each wanted label. */
export function labelMask (labels: Label[]): Uint8Array {
  const mask = new Uint8Array(LABELS.length)
  for (const label of labels) mask[LABELS.indexOf(label)] = 1
  return mask
}

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

/** Sums by node number, cleared in the time it took to fill them. */
export class Sums {
  values = new Float64Array(0)
  touched = new Uint32Array(1024)
  size = 0

  /** Empty, and large enough for so many nodes. */
  ready (nodes: number): this {
    for (let i = 0; i < this.size; i++) this.values[this.touched[i]!] = 0
    this.size = 0
    if (this.values.length < nodes) this.values = new Float64Array(Math.ceil(1.5 * nodes))
    return this
  }

  add (n: number, value: number): void {
    if (this.values[n] === 0) {
      if (this.size === this.touched.length) {
        const more = new Uint32Array(2 * this.size)
        more.set(this.touched)
        this.touched = more
      }
      this.touched[this.size++] = n
    }
    this.values[n]! += value
  }
}

/** Of the first `count` nodes of a list those of the largest sizes above zero, sorted; those that are equal by id, or by number. `sizes` is by node. */
export function mostOf (nodes: Uint32Array, count: number, sizes: Float64Array, limit: number, ids?: string[]): number[] {
  const least = leastOf(nodes, count, sizes, limit)
  const kept: number[] = []
  for (let i = 0; i < count; i++) if (sizes[nodes[i]!]! >= least) kept.push(nodes[i]!)
  return kept.sort((a, b) => sizes[b]! - sizes[a]! || ((ids === undefined ? a < b : ids[a]! < ids[b]!) ? -1 : 1)).slice(0, limit)
}

/** The size of the last one that is among the most: a heap of as many sizes, the least on top. */
function leastOf (nodes: Uint32Array, count: number, sizes: Float64Array, limit: number): number {
  if (count <= limit) return Number.MIN_VALUE
  const heap = new Float64Array(limit)
  for (let i = 0; i < count; i++) {
    const size = sizes[nodes[i]!]!
    if (size > heap[0]!) sinkFromTop(heap, size)
  }
  return Math.max(heap[0]!, Number.MIN_VALUE)
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
