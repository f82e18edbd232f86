import { degree, type Adjacency } from './adjacency.js'
import { dot, inverted, plus } from './linear.js'
import type { Range } from './rows.js'

export interface FactorOptions {
  dimensions: number
  /** How much a pair without an edge counts against one with an edge. */
  unobserved: number
  /** Of a vector's square, times how much is known of its node. */
  penalty: number
  /** How often both sides are solved. */
  rounds: number
  seed: number
  /** Nodes that may be asked for, 1 or 0; left out: all. */
  targets?: Uint8Array
}

/** The vectors of all nodes, node after node: as what others lead from, and as a target. Shared, so that workers solve ranges of them. */
export interface Factors { dimensions: number, sources: Float64Array, targets: Float64Array }
type Side = 'sources' | 'targets'

const STEPS = 2 // of conjugate gradients a visit, which go on where the last visit left off (Takács, Pilászy and Tikk 2011); 4 bring nothing more
const PAUSE = 64 // nodes between two pauses

/** Vectors of no meaning yet: the targets' are drawn small, from the seed. */
export function drawn (graph: Adjacency, { dimensions, seed, targets }: FactorOptions): Factors {
  const shared = () => new Float64Array(new SharedArrayBuffer(8 * graph.size * dimensions))
  const factors: Factors = { dimensions, sources: shared(), targets: shared() }
  const chance = mulberry32(seed)
  const spread = 0.1 / Math.sqrt(dimensions)
  for (let node = 0; node < graph.size; node++) {
    if (targets?.[node] === 0) continue
    for (let d = 0; d < dimensions; d++) factors.targets[node * dimensions + d] = spread * gaussian(chance)
  }
  return factors
}

/** Σ y yᵀ over all vectors of one side: dimensions², symmetric. */
export function gramian ({ dimensions: n, ...sides }: Factors, side: Side): Float64Array {
  const vectors = sides[side]
  const sum = new Float64Array(n * n)
  for (let from = 0; from < vectors.length; from += n) {
    for (let a = 0; a < n; a++) {
      const value = vectors[from + a]!
      if (value !== 0) for (let b = 0, at = a * n; b <= a; b++) sum[at + b]! += value * vectors[from + b]!
    }
  }
  for (let a = 0; a < n; a++) for (let b = 0; b < a; b++) sum[b * n + a] = sum[a * n + b]!
  return sum
}

/**
 * One half of a round: the vectors of `side` in a range, given those of the other side (implicit ALS: Hu, Koren and Volinsky 2008),
 * with the penalty scaled by how much is known (Rendle, Krichene, Zhang and Koren 2022). `other` is the gramian of the other side.
 */
export function * solveSide (
  graph: Adjacency, factors: Factors, side: Side, other: Float64Array, { first, end }: Range, options: FactorOptions
): Generator<void, void> {
  const { dimensions: n } = factors
  const { targets, unobserved } = options
  const theirs = factors[side === 'sources' ? 'targets' : 'sources']
  const counted = (node: number) => side === 'targets' || targets?.[node] !== 0
  const opposite = opposites(graph, side, targets)
  const base = other.map((value) => unobserved * value)
  const system = normalEquations(n, base, theirs)
  for (let node = first; node < end; node++) {
    if (side === 'targets' && targets?.[node] === 0) continue
    system.begin(options.penalty)
    for (let slot = graph.start[node]!; slot < graph.start[node + 1]!; slot++) if (counted(graph.to[slot]!)) system.observe(graph.to[slot]!)
    system.solve(factors[side].subarray(node * n, (node + 1) * n), unobserved * opposite)
    if ((node - first) % PAUSE === PAUSE - 1) yield
  }
}

/** How many nodes the other side has. */
function opposites ({ size, start, to }: Adjacency, side: Side, targets?: Uint8Array): number {
  if (targets === undefined) return size
  if (side === 'sources') return targets.reduce((sum, one) => sum + one, 0)
  const sources = new Uint8Array(size)
  for (let node = 0; node < size; node++) if (targets[node] === 1) for (let slot = start[node]!; slot < start[node + 1]!; slot++) sources[to[slot]!] = 1
  return sources.reduce((sum, one) => sum + one, 0)
}

/** (base + Σ y yᵀ + penalty · known · I) x = Σ y, over the observed y, by conjugate gradients. */
function normalEquations (n: number, base: Float64Array, vectors: Float64Array) {
  const observed: number[] = []
  const [residual, direction, image] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  let penalty = 0
  const apply = (x: Float64Array, scale: number) => {
    for (let a = 0; a < n; a++) image[a] = scale * x[a]! + dot(base, a * n, x, n)
    for (const at of observed) plus(image, dot(vectors, at, x, n), vectors, at, n)
  }
  return {
    begin (each: number): void { observed.length = 0; penalty = each },
    observe (node: number): void { observed.push(node * n) },
    solve (x: Float64Array, known: number): void {
      if (observed.length === 0) { x.fill(0); return }
      const scale = penalty * (observed.length + known)
      apply(x, scale)
      for (let a = 0; a < n; a++) residual[a] = -image[a]!
      for (const at of observed) plus(residual, 1, vectors, at, n)
      direction.set(residual)
      let left = dot(residual, 0, residual, n)
      for (let turn = 0; turn < STEPS && left > 1e-12; turn++) {
        apply(direction, scale)
        const stride = left / dot(direction, 0, image, n)
        plus(x, stride, direction, 0, n)
        plus(residual, -stride, image, 0, n)
        const still = dot(residual, 0, residual, n)
        for (let a = 0; a < n; a++) direction[a] = residual[a]! + still / left * direction[a]!
        left = still
      }
    }
  }
}

/** All rounds in one go; with workers, `engine/evaluate` does the same by ranges. */
export function * factorize (graph: Adjacency, options: FactorOptions): Generator<void, Factors> {
  const factors = drawn(graph, options)
  const all = { first: 0, end: graph.size }
  for (let round = 0; round < options.rounds; round++) {
    yield * solveSide(graph, factors, 'sources', gramian(factors, 'targets'), all, options)
    yield * solveSide(graph, factors, 'targets', gramian(factors, 'sources'), all, options)
  }
  return factors
}

/**
 * The vector that a target adds to whoever has it, so that a seeker's vector is a plain sum over the seeker's edges: A⁻¹ y, where A is the
 * matrix of the normal equations for an average source. So there is nothing to solve when someone asks, and each edge's share is known.
 */
export function folded (graph: Adjacency, factors: Factors, options: FactorOptions): Float64Array {
  const { dimensions: n, targets: vectors } = factors
  const average = averageEquations(graph, factors, options)
  const inverse = inverted(average, n)
  const lent = new Float64Array(vectors.length)
  for (let from = 0; from < lent.length; from += n) {
    const vector = vectors.subarray(from, from + n)
    for (let a = 0; a < n; a++) lent[from + a] = dot(inverse, a * n, vector, n)
  }
  return lent
}

function averageEquations (graph: Adjacency, factors: Factors, { unobserved, penalty, targets }: FactorOptions): Float64Array {
  const { dimensions: n, targets: vectors } = factors
  const sum = new Float64Array(n * n)
  let edges = 0
  const weighted: Factors = { ...factors, targets: vectors.slice() }
  for (let node = 0; node < graph.size; node++) {
    if (targets?.[node] === 0) continue
    const known = degree(graph, node)
    edges += known
    for (let a = 0; a < n; a++) weighted.targets[node * n + a]! *= Math.sqrt(known)
  }
  const each = edges / opposites(graph, 'targets', targets) // edges of an average source
  const [every, own] = [gramian(factors, 'targets'), gramian(weighted, 'targets')]
  for (let i = 0; i < n * n; i++) sum[i] = unobserved * every[i]! + each / edges * own[i]!
  for (let a = 0; a < n; a++) sum[a * n + a]! += penalty * (each + unobserved * opposites(graph, 'sources', targets))
  return sum
}

/** A small generator of chance, the same on every machine. */
function mulberry32 (seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const gaussian = (chance: () => number) => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
