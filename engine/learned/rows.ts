import { ages, damped, mirrors, type Adjacency } from './adjacency.js'

/** Sparse rows over the nodes of a graph: what `node` lends to others is `to`/`value` from start[node] to start[node + 1]. */
export interface Rows {
  start: Uint32Array // size + 1
  to: Uint32Array
  value: Float64Array
}

/** Which rows to build: those of nodes `first` to `end` − 1; the others are left empty, so that workers can share the work. */
export interface Range { first: number, end: number }

export interface WalkOptions {
  /** A node in the middle counts degree^−b: whoever has everything says little. */
  b: number
  /** Two edges of a node, n places apart in time, count (1 + n)^−near. 0: time says nothing. */
  near: number
  /** The longest row; what is left out is the weakest. */
  keep: number
  /** Nodes that rows may lead to, 1 or 0; left out: all. */
  targets?: Uint8Array
  /** What a value is multiplied with when the strongest are chosen. */
  prior?: Float64Array
}

const PAUSE = 256 // rows between two pauses

/**
 * The middle of a walk of three steps: to `i` and back out, Σ over the nodes v that i and j share of w(i,v) · w(v,j) · degree(v)^−b.
 * Together with degree^−a of the seed and degree^−c of the end this is RP3beta (Paudel, Christoffel, Newell and Bernstein 2017) with the
 * degrees' exponents free. A generator: it pauses between rows, and returns the rows.
 */
export function * walkRows (graph: Adjacency, { first, end }: Range, options: WalkOptions): Generator<void, Rows> {
  const { targets, prior, keep } = options
  const stepped = step(graph, options)
  const row = emptyRow(graph.size)
  const rows = growing(graph.size)
  for (let node = first; node < end; node++) {
    stepped(node, row)
    const kept = strongest(row, keep, (to) => to === node || targets?.[to] === 0 ? -1 : row.value[to]! * (prior?.[to] ?? 1))
    rows.push(node, kept, row.value)
    clear(row)
    if ((node - first) % PAUSE === PAUSE - 1) yield
  }
  return rows.done()
}

/** A row being summed up: dense values, and which of them are not zero. */
export interface OpenRow { value: Float64Array, touched: Uint32Array, length: number }
export const emptyRow = (size: number): OpenRow => ({ value: new Float64Array(size), touched: new Uint32Array(size), length: 0 })

export function add (row: OpenRow, to: number, value: number): void {
  if (row.value[to] === 0) row.touched[row.length++] = to
  row.value[to]! += value
}

export function clear (row: OpenRow): void {
  for (let i = 0; i < row.length; i++) row.value[row.touched[i]!] = 0
  row.length = 0
}

/** Adds up what node i shares with every j (itself too) by the nodes between them. */
export function step (graph: Adjacency, { b, near }: Pick<WalkOptions, 'b' | 'near'>): (node: number, row: OpenRow) => void {
  const { start, to, weight } = graph
  const middle = damped(graph, b)
  const mirror = mirrors(graph)
  const age = ages(graph)
  const closeness = closenessOf(near)
  return (node, row) => {
    for (let out = start[node]!; out < start[node + 1]!; out++) {
      const via = to[out]!
      const mass = weight[out]! * middle[via]!
      const at = age[mirror[out]!]!
      for (let slot = start[via]!; slot < start[via + 1]!; slot++) add(row, to[slot]!, mass * weight[slot]! * closeness(Math.abs(age[slot]! - at)))
    }
  }
}

/** (1 + n)^−near for whole and half n, from a table where it is small. */
function closenessOf (near: number): (n: number) => number {
  if (near === 0) return () => 1
  const table = Float64Array.from({ length: 4096 }, (_, i) => (1 + i / 2) ** -near)
  return (n) => n < 2048 ? table[2 * n]! : (1 + n) ** -near
}

/** The nodes of an open row with the highest merit, at most `keep`, ascending; a merit not above zero is left out. */
export function strongest (row: OpenRow, keep: number, merit: (to: number) => number): Uint32Array {
  const merits = new Float64Array(row.length)
  const nodes = new Uint32Array(row.length)
  let count = 0
  for (let i = 0; i < row.length; i++) {
    const value = merit(row.touched[i]!)
    if (value <= 0) continue
    merits[count] = value
    nodes[count++] = row.touched[i]!
  }
  if (count <= keep) return nodes.slice(0, count).sort()
  const least = nth(merits.slice(0, count), keep)
  const kept = nodes.slice(0, count).filter((_, i) => merits[i]! > least)
  const tied = nodes.slice(0, count).filter((_, i) => merits[i] === least).sort().slice(0, keep - kept.length)
  return Uint32Array.of(...kept, ...tied).sort()
}

/** The n-th largest, 1 for the largest. */
const nth = (values: Float64Array, n: number) => values.sort()[values.length - n]!

/** Rows that come one by one in the order of their nodes. */
export function growing (size: number) {
  const start = new Uint32Array(size + 1)
  let to = new Uint32Array(1 << 16)
  let value = new Float64Array(1 << 16)
  let used = 0
  let filled = 0
  const upTo = (node: number) => { while (filled < node) start[++filled] = used }
  return {
    push (node: number, nodes: Uint32Array, values: Float64Array): void {
      upTo(node)
      if (used + nodes.length > to.length) {
        const room = 2 * to.length + nodes.length;
        [to, value] = [grown(new Uint32Array(room), to), grown(new Float64Array(room), value)]
      }
      to.set(nodes, used)
      for (const [i, one] of nodes.entries()) value[used + i] = values[one]!
      used += nodes.length
      start[++filled] = used
    },
    done (): Rows {
      upTo(size)
      return { start, to: to.slice(0, used), value: value.slice(0, used) }
    }
  }
}

function grown<T extends Uint32Array | Float64Array> (larger: T, held: T): T {
  larger.set(held as never)
  return larger
}

/** Rows that were built in parts, of ascending ranges, as one. */
export function joined (parts: Rows[]): Rows {
  const size = parts[0]!.start.length - 1
  const start = new Uint32Array(size + 1)
  for (let node = 0; node < size; node++) start[node + 1] = start[node]! + parts.reduce((sum, part) => sum + part.start[node + 1]! - part.start[node]!, 0)
  const to = new Uint32Array(start[size]!)
  const value = new Float64Array(start[size]!)
  let used = 0
  for (const part of parts) {
    to.set(part.to, used)
    value.set(part.value, used)
    used += part.to.length
  }
  return { start, to, value }
}

/** Runs a generator to its end without a pause. */
export function finish<T> (work: Generator<void, T>): T {
  for (;;) {
    const turn = work.next()
    if (turn.done === true) return turn.value
  }
}
