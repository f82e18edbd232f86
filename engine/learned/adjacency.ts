import assert from 'node:assert'

/**
 * An undirected graph as arrays: the neighbors of node n are `to[start[n]] … to[start[n + 1] - 1]`, ascending and each once;
 * an edge stands in the rows of both its ends. Nothing here knows of sides: a graph of users and items falls into two by itself.
 */
export interface Adjacency {
  size: number // nodes
  start: Uint32Array // size + 1
  to: Uint32Array // slots
  weight: Float64Array // slots, above zero
  /** When each edge came to be, in any unit that orders the edges of one node. Left out or all alike: nothing is known of time. */
  when?: Float64Array // slots
}

/** Edges in columns. */
export interface Edges { from: Uint32Array, to: Uint32Array, weight: Float64Array, when: Float64Array }

/** The same graph by rows. Each edge is given once, either way round; loops and repetitions are not allowed. */
export function adjacency (size: number, { from, to, weight, when }: Edges): Adjacency & { when: Float64Array } {
  const count = from.length
  const start = new Uint32Array(size + 1)
  for (let i = 0; i < count; i++) {
    assert(from[i] !== to[i] && Math.max(from[i]!, to[i]!) < size, `an edge from ${from[i]} to ${to[i]} does not fit a graph of ${size}`)
    start[from[i]! + 1]!++
    start[to[i]! + 1]!++
  }
  for (let node = 0; node < size; node++) start[node + 1]! += start[node]!
  const ends = (i: number) => i < count ? [from[i]!, to[i]!] as const : [to[i - count]!, from[i - count]!] as const
  const byNeighbor = new Uint32Array(2 * count) // half-edges by the node they lead to
  const next = start.slice(0, size)
  for (let i = 0; i < 2 * count; i++) byNeighbor[next[ends(i)[1]]!++] = i
  const graph = { size, start, to: new Uint32Array(2 * count), weight: new Float64Array(2 * count), when: new Float64Array(2 * count) }
  next.set(start.subarray(0, size))
  for (const i of byNeighbor) {
    const [node, neighbor] = ends(i)
    const slot = next[node]!++
    assert(slot === start[node] || graph.to[slot - 1] !== neighbor, `the edge from ${node} to ${neighbor} is given twice`)
    graph.to[slot] = neighbor
    graph.weight[slot] = weight[i % count]!
    graph.when[slot] = when[i % count]!
  }
  return graph
}

export const degree = ({ start }: Pick<Adjacency, 'start'>, node: number) => start[node + 1]! - start[node]!

/** Degree to the power −exponent, of every node; 0 where there is no edge. */
export function damped (graph: Adjacency, exponent: number): Float64Array {
  return Float64Array.from({ length: graph.size }, (_, node) => {
    const edges = degree(graph, node)
    return edges === 0 ? 0 : edges ** -exponent
  })
}

/** Of each slot, the slot of the same edge in the row of its other end. */
export function mirrors ({ size, start, to }: Adjacency): Uint32Array {
  const mirror = new Uint32Array(to.length)
  const next = start.slice(0, size)
  // Rows are walked in ascending order of their node, which is the order within every other row.
  for (let node = 0; node < size; node++) {
    for (let slot = start[node]!; slot < start[node + 1]!; slot++) mirror[slot] = next[to[slot]!]!++
  }
  return mirror
}

/** Of each slot, how many edges of the same node are newer: 0 for the newest. Edges of one time share the middle of their places. */
export function ages ({ size, start, when }: Adjacency): Float64Array {
  const age = new Float64Array(start[size]!)
  if (when === undefined) return age
  for (let node = 0; node < size; node++) {
    const slots = Array.from({ length: start[node + 1]! - start[node]! }, (_, i) => start[node]! + i).sort((a, b) => when[b]! - when[a]!)
    for (let first = 0, end = 0; first < slots.length; first = end) {
      while (end < slots.length && when[slots[end]!] === when[slots[first]!]) end++
      for (let i = first; i < end; i++) age[slots[i]!] = (first + end - 1) / 2
    }
  }
  return age
}
