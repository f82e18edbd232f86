import { LABELS, type Label } from '../../models/vocabulary.js'
import type { GraphArrays } from './arrays.js'

/** What is known of a seeker, by node id; see `affinity/seeker`. */
export type Seeds = Record<string, { weight: number, confidence: number, wish: boolean, share: number, factId: string, newer: number }[]>

let numbered: { seeds: Seeds, arrays: GraphArrays, changes: number, list: Told[] } | null = null
export interface Told { n: number, told: Seeds[string] }

/** The seeds that are in the graph, by number. The last list is kept, since a request asks several times for the same. */
export function seedsIn (arrays: GraphArrays, seeds: Seeds): Told[] {
  if (numbered?.seeds === seeds && numbered.arrays === arrays && numbered.changes === arrays.changes) return numbered.list
  const list: Told[] = []
  for (const id in seeds) {
    const n = arrays.numbers.get(id)
    if (n !== undefined) list.push({ n, told: seeds[id]! })
  }
  numbered = { seeds, arrays, changes: arrays.changes, list }
  return list
}

/** A bit for each label. */
export const labelBits = (labels: readonly Label[]): number => labels.reduce((bits, label) => bits | 1 << LABELS.indexOf(label), 0)

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

const GOLDEN = 0x9e3779b1

/**
 * A sum for each of some nodes, in a table of open addressing that is as small as the number of nodes allows: however large the graph is,
 * what one request touches stays near the processor. `keys` holds the node + 1 of each place, or 0.
 */
export class Sums {
  keys = new Uint32Array(1024)
  values = new Float64Array(1024)
  /** The places in use. */
  touched = new Uint32Array(1024)
  size = 0
  private shift = 22
  private mask = 1023

  /** Empty, with room for so many nodes. */
  ready (expected: number): this {
    for (let i = 0; i < this.size; i++) this.keys[this.touched[i]!] = 0
    this.size = 0
    const bits = Math.max(10, Math.ceil(Math.log2(1.5 * expected + 1)))
    this.shift = 32 - bits
    this.mask = 2 ** bits - 1
    if (this.mask < this.keys.length) return this
    this.keys = new Uint32Array(2 ** bits)
    this.values = new Float64Array(2 ** bits)
    this.touched = new Uint32Array(2 ** bits)
    return this
  }

  add (n: number, value: number): void {
    const { keys, values, mask } = this
    let at = Math.imul(n, GOLDEN) >>> this.shift
    for (let key = keys[at]!; key !== n + 1; key = keys[at]!) {
      if (key === 0) {
        keys[at] = n + 1
        this.touched[this.size++] = at
        values[at] = value
        return
      }
      at = (at + 1) & mask
    }
    values[at]! += value
  }

  /** Makes the sum of a node 0. */
  drop (n: number): void {
    const at = this.placeOf(n)
    if (at >= 0) this.values[at] = 0
  }

  /** The sum of a node, or 0. */
  of (n: number): number {
    const at = this.placeOf(n)
    return at < 0 ? 0 : this.values[at]!
  }

  /** Where a node is, or −1. */
  private placeOf (n: number): number {
    const { keys, mask } = this
    let at = Math.imul(n, GOLDEN) >>> this.shift
    for (let key = keys[at]!; key !== 0; key = keys[at]!) {
      if (key === n + 1) return at
      at = (at + 1) & mask
    }
    return -1
  }
}

/** Each of the nodes with its place among them, from 1 on; all others have 0. */
export function placed (into: Sums, nodes: number[]): Sums {
  into.ready(nodes.length)
  for (let i = 0; i < nodes.length; i++) if (into.of(nodes[i]!) === 0) into.add(nodes[i]!, i + 1)
  return into
}

/** The nodes of the largest sizes above zero among those offered. Twice as many wait before the smaller ones go. */
export class Most {
  /** What is smaller need not be offered. */
  least = Number.MIN_VALUE
  nodes = new Uint32Array(0)
  sizes = new Float64Array(0)
  count = 0
  private limit = 0
  private waiting = 0

  /** Empty, for so many. */
  ready (limit: number): this {
    this.limit = limit
    this.wait(2 * limit)
    this.least = Number.MIN_VALUE
    this.count = 0
    return this
  }

  offer (n: number, size: number): void {
    if (!(size >= this.least)) return
    if (this.count === this.waiting) this.sift()
    this.nodes[this.count] = n
    this.sizes[this.count++] = size
  }

  /** Leaves those not smaller than the last one wanted: as many as wanted, or more where some are equal to it. */
  private sift (): void {
    const { nodes, sizes, limit } = this
    if (this.count > limit) this.least = nthLargest(sizes.slice(0, this.count), limit)
    let kept = 0
    for (let i = 0; i < this.count; i++) {
      if (sizes[i]! < this.least) continue
      nodes[kept] = nodes[i]!
      sizes[kept++] = sizes[i]!
    }
    this.count = kept
    if (4 * kept > 3 * this.waiting) this.wait(2 * this.waiting) // many are equal
  }

  private wait (length: number): void {
    const { nodes, sizes } = this
    this.waiting = length
    if (length <= nodes.length) return
    this.nodes = new Uint32Array(length)
    this.sizes = new Float64Array(length)
    this.nodes.set(nodes)
    this.sizes.set(sizes)
  }

  /** Sorted; those that are equal by id. */
  take (ids: string[]): { nodes: Uint32Array, sizes: Float64Array } {
    this.sift()
    const { nodes, sizes, count } = this
    const places = bySize(sizes, count)
    settleTies(places, (a, b) => sizes[b]! - sizes[a]! || order(ids[nodes[a]!]!, ids[nodes[b]!]!))
    const length = Math.min(count, this.limit)
    const taken = { nodes: new Uint32Array(length), sizes: new Float64Array(length) }
    for (let i = 0; i < length; i++) {
      taken.nodes[i] = nodes[places[i]!]!
      taken.sizes[i] = sizes[places[i]!]!
    }
    return taken
  }
}

const LOW_BITS = 0xfffff

/** Places by size, largest first, exact but for the last twenty bits: these give way to the place, so that numbers can be sorted as such. */
function bySize (sizes: Float64Array, count: number): Uint32Array {
  const keys = sizes.slice(0, count)
  const words = new Uint32Array(keys.buffer) // the low word comes first on all processors that Node runs on here
  for (let i = 0; i < count; i++) words[2 * i] = (words[2 * i]! & ~LOW_BITS) | i
  keys.sort()
  const places = new Uint32Array(count)
  for (let i = 0; i < count; i++) places[i] = words[2 * (count - 1 - i)]! & LOW_BITS
  return places
}

/** By insertion, since nearly all are in their places. */
function settleTies (places: Uint32Array, compare: (a: number, b: number) => number): void {
  for (let i = 1; i < places.length; i++) {
    const place = places[i]!
    let at = i
    for (; at > 0 && compare(place, places[at - 1]!) < 0; at--) places[at] = places[at - 1]!
    places[at] = place
  }
}

/** Hoare's selection; the numbers are moved about. */
function nthLargest (numbers: Float64Array, nth: number): number {
  let [low, high] = [0, numbers.length - 1]
  while (low < high) {
    const pivot = numbers[(low + high) >>> 1]!
    let [i, j] = [low, high]
    while (i <= j) {
      while (numbers[i]! > pivot) i++
      while (numbers[j]! < pivot) j--
      if (i > j) break
      const held = numbers[i]!
      numbers[i++] = numbers[j]!
      numbers[j--] = held
    }
    if (nth - 1 <= j) high = j
    else if (nth - 1 >= i) low = i
    else break
  }
  return numbers[nth - 1]!
}
