/** A found id and how like it is: the cosine of the two vectors. */
export interface Hit { id: string, similarity: number }
export type Allow = (id: string) => boolean

/**
 * A set of named unit vectors that finds the nearest ones. Two kinds, one test suite: `exact` scans and is the oracle,
 * `hnsw` walks a graph. Both score with the same arithmetic, so the same hit has the same similarity to the last bit.
 */
export interface VectorSpace {
  readonly dimension: number
  readonly size: number
  /** How many vectors `settle` still has to work on. */
  readonly unsettled: number
  /** Adds a vector or replaces the one of that name. It is scaled to length one; one without a direction is refused. */
  add: (id: string, vector: Float32Array) => void
  remove: (id: string) => boolean
  has: (id: string) => boolean
  /** A copy of the vector. */
  get: (id: string) => Float32Array | undefined
  /** The k most alike, best first, ties by id; exactly k where so many are allowed. A zero vector is like nothing. */
  search: (vector: Float32Array, k: number, allow?: Allow) => Hit[]
  /** How like each of these is; ids without a vector are left out. */
  similarity: (vector: Float32Array, ids: Iterable<string>) => Map<string, number>
  /** Finishes what speeds the search up, and says whether there was any; answers are right before that, too. */
  settle: (signal?: AbortSignal) => Promise<boolean>
}

/** The vector at length one, or null where it is zero. What cannot be a vector here throws: it is a bug of the caller. */
export function unit (vector: Float32Array, dimension: number): Float32Array | null {
  if (vector.length !== dimension) throw new RangeError(`A vector has ${vector.length} dimensions; this space has ${dimension}`)
  let squares = 0
  for (let i = 0; i < dimension; i++) squares += vector[i]! * vector[i]! // an iterator takes ten times as long
  if (!Number.isFinite(squares)) throw new RangeError('A vector holds a number that is not finite')
  if (squares === 0) return null
  if (Math.abs(squares - 1) < 1e-6) return vector // as embedders make them: left as it is, so that saving changes no bit
  const norm = Math.sqrt(squares)
  const direction = new Float32Array(dimension)
  for (let i = 0; i < dimension; i++) direction[i] = vector[i]! / norm
  return direction
}

/**
 * The dot products of a vector with two rows, which begin at `one` and `other`. Eight sums, so that no addition waits for the last; two rows, so
 * that the wait for memory is shared: 1.5 times as fast as one after the other. A row has the same product beside any other.
 */
export function dots (rows: Float32Array, one: number, other: number, vector: Float32Array, found: Float64Array): void {
  const length = vector.length
  const whole = length - length % 4
  let a = 0; let b = 0; let c = 0; let d = 0
  let e = 0; let f = 0; let g = 0; let h = 0
  for (let i = 0; i < whole; i += 4) {
    const w = vector[i]!; const x = vector[i + 1]!; const y = vector[i + 2]!; const z = vector[i + 3]!
    a += rows[one + i]! * w
    b += rows[one + i + 1]! * x
    c += rows[one + i + 2]! * y
    d += rows[one + i + 3]! * z
    e += rows[other + i]! * w
    f += rows[other + i + 1]! * x
    g += rows[other + i + 2]! * y
    h += rows[other + i + 3]! * z
  }
  for (let i = whole; i < length; i++) {
    a += rows[one + i]! * vector[i]!
    e += rows[other + i]! * vector[i]!
  }
  found[0] = a + b + c + d
  found[1] = e + f + g + h
}

/** Keeps the best k of what is offered, in a heap whose root is the worst of them. */
export class TopK {
  private readonly heap: Hit[] = []

  constructor (private readonly k: number) {
    if (!Number.isInteger(k) || k < 0) throw new RangeError(`k is ${k}; it must be a whole number of at least 0`)
  }

  offer (id: string, similarity: number): void {
    const { heap, k } = this
    if (heap.length < k) this.siftUp({ id, similarity })
    else if (k > 0 && similarity >= heap[0]!.similarity && better({ id, similarity }, heap[0]!)) this.siftDown({ id, similarity })
  }

  best (): Hit[] {
    return this.heap.toSorted((a, b) => better(a, b) ? -1 : 1)
  }

  private siftDown (hit: Hit): void {
    const { heap } = this
    let at = 0
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && better(heap[child]!, heap[child + 1]!)) child++
      if (!better(hit, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = hit
  }

  private siftUp (hit: Hit): void {
    const { heap } = this
    let at = heap.length
    for (let parent = (at - 1) >> 1; at > 0 && better(heap[parent]!, hit); parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = hit
  }
}

const better = (a: Hit, b: Hit) => a.similarity > b.similarity || (a.similarity === b.similarity && a.id < b.id)
