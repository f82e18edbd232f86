import type { GraphArrays } from './arrays.js'
import { mostOf, Sums } from './scratch.js'

/** The walk's middle is listed from this many facts on; a smaller graph is walked each time. */
export const LISTS_FROM = 50_000
/** What a list holds at most; as much keeps all of the quality on Gowalla (benchmarks/NOTES.md), and half the memory counts in a large graph. */
const KEEP = { small: 200, large: 64, largeFrom: 200_000 }

export interface ListOptions { b: number, degreeMax: number }

/**
 * Of each node i the nodes j to which two steps of the walk lead from it, and the sum of what they bring, Σ w(i,v) · w(v,j) / degree(v)^b over
 * the v that both share: the strongest, by value times prior. A list is made when it is asked for or when there is time, and again when a
 * fact at one of its v has changed, so that it never says what the graph no longer says. Facts of limited validity or visibility are not in it.
 */
export class Lists {
  readonly keep: number
  private to: Uint32Array
  private value: Float32Array
  private sure: Uint8Array // of the last step, in 255ths
  private length: Uint16Array
  private ready: Uint8Array
  private readonly sums = new Sums()
  private readonly steps = new Sums()
  private next = 0
  private waiting: number

  constructor (private readonly arrays: GraphArrays, private readonly options: ListOptions, public prior: (n: number) => number) {
    this.keep = arrays.nodes > KEEP.largeFrom ? KEEP.large : KEEP.small
    const nodes = Math.ceil(1.1 * arrays.nodes) + 100
    this.to = new Uint32Array(nodes * this.keep)
    this.value = new Float32Array(nodes * this.keep)
    this.sure = new Uint8Array(nodes * this.keep)
    this.length = new Uint16Array(nodes)
    this.ready = new Uint8Array(nodes)
    this.waiting = arrays.nodes
  }

  get bytes (): number { return this.to.byteLength + this.value.byteLength + this.sure.byteLength + this.length.byteLength + this.ready.byteLength }
  /** Whether every list is made. */
  get settled (): boolean { return this.waiting === 0 }

  /** Adds what a node's list brings, times a mass, to sums: `values`, and `steps` as they would be were the last facts certain. */
  spread (n: number, mass: number, wanted: Uint8Array, values: Sums, steps: Sums): void {
    if (this.ready[n] !== 1) this.make(n)
    const { to, value, sure, arrays: { labels } } = this
    for (let k = n * this.keep, end = k + this.length[n]!; k < end; k++) {
      const j = to[k]!
      if (wanted[labels[j]!] === 0) continue
      const brought = mass * value[k]!
      values.add(j, brought)
      steps.add(j, brought * 255 / sure[k]!)
    }
  }

  /** A fact at these nodes is new, gone or another: what goes through them is worked out again when it is asked for. */
  touch (nodes: number[]): void {
    const { neighbor, start, count } = this.arrays
    this.makeRoom()
    for (const n of nodes) {
      this.forget(n)
      for (let k = start[n]!, end = k + count[n]!; k < end; k++) this.forget(neighbor[k]!)
    }
  }

  /** Makes lists that wait, for about so many milliseconds. */
  work (ms: number): void {
    const until = performance.now() + ms
    while (this.waiting > 0 && performance.now() < until) {
      if (this.next >= this.arrays.nodes) this.next = 0
      if (this.ready[this.next] !== 1) this.make(this.next)
      this.next++
    }
  }

  private forget (n: number): void {
    if (this.ready[n] === 1) this.waiting++
    this.ready[n] = 0
  }

  private make (n: number): void {
    const { sums, steps, arrays, keep } = this
    sums.ready(arrays.nodes)
    steps.ready(arrays.nodes)
    this.walk(n)
    for (let i = 0; i < sums.size; i++) sums.values[sums.touched[i]!]! *= this.prior(sums.touched[i]!)
    sums.values[n] = 0
    const best = mostOf(sums.touched, sums.size, sums.values, keep)
    best.forEach((j, i) => {
      const value = sums.values[j]! / this.prior(j)
      this.to[n * keep + i] = j
      this.value[n * keep + i] = value
      this.sure[n * keep + i] = Math.max(1, Math.round(255 * value / steps.values[j]!))
    })
    this.length[n] = best.length
    this.waiting--
    this.ready[n] = 1
  }

  private walk (n: number): void {
    const { sums, steps, options: { b, degreeMax }, arrays: { neighbor, weight, start, count } } = this
    for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
      const via = neighbor[k]!
      if (!(weight[k]! > 0) || count[via]! > degreeMax) continue
      const mass = weight[k]! / count[via]! ** b
      for (let l = start[via]!, last = l + count[via]!; l < last; l++) {
        const w = weight[l]!
        if (!(w > 0)) continue
        sums.add(neighbor[l]!, mass * w)
        steps.add(neighbor[l]!, mass)
      }
    }
  }

  /** Nodes that came since. */
  private makeRoom (): void {
    const { nodes } = this.arrays
    if (nodes <= this.length.length) return
    const room = Math.ceil(1.1 * nodes) + 100
    this.waiting += nodes - this.length.length
    this.to = grown(this.to, new Uint32Array(room * this.keep))
    this.value = grown(this.value, new Float32Array(room * this.keep))
    this.sure = grown(this.sure, new Uint8Array(room * this.keep))
    this.length = grown(this.length, new Uint16Array(room))
    this.ready = grown(this.ready, new Uint8Array(room))
  }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array | Float32Array> (old: T, fresh: T): T {
  fresh.set(old as never)
  return fresh
}
