import { LABELS, type Label } from '../../models/vocabulary.js'

/** What is known of a seeker, by node id; see `affinity/seeker`. */
export type Seeds = Record<string, { weight: number, confidence: number, wish: boolean, share: number, factId: string }[]>

/** 1 at the place of each wanted label. */
export function labelMask (labels: Label[]): Uint8Array {
  const mask = new Uint8Array(LABELS.length)
  for (const label of labels) mask[LABELS.indexOf(label)] = 1
  return mask
}

/** The most of something first; those that are equal by id, so that the order never flickers. */
export const bySize = <T extends { id: string }>(size: (one: T) => number) => (a: T, b: T): number => size(b) - size(a) || (a.id < b.id ? -1 : 1)

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
  private values = new Float64Array(0)
  private touched = new Uint32Array(1024)
  size = 0

  /** Empty, and large enough for so many nodes. */
  ready (nodes: number): this {
    if (this.values.length < nodes) this.values = new Float64Array(Math.ceil(1.5 * nodes))
    this.clear()
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

  at (n: number): number { return this.values[n]! }
  /** The i-th node that something was added to. */
  node (i: number): number { return this.touched[i]! }
  set (n: number, value: number): void { this.values[n] = value }

  clear (): void {
    for (let i = 0; i < this.size; i++) this.values[this.touched[i]!] = 0
    this.size = 0
  }
}
