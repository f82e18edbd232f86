import { TopK, dots, unit, type Allow, type Hit, type VectorSpace } from './space.js'

/** The rows of an exact space: `vectors` holds the vector of `ids[row]` at `row * dimension`. */
export interface Rows { ids: string[], vectors: Float32Array }
export interface ExactSpace extends VectorSpace {
  /** The rows as they lie in memory: to save, not to keep, for the next change moves them. */
  rows: () => Rows
  /** Where the vector of an id lies; a removal moves the last row into the gap. */
  rowOf: (id: string) => number | undefined
  /** The k most alike among these rows, each given once, to a vector of length one. */
  searchRows: (rows: ArrayLike<number>, direction: Float32Array, k: number) => Hit[]
}

/** Compares with every vector. One contiguous array, so that the scan runs at the speed of memory. */
export function exactSpace (dimension: number, rows: Rows = { ids: [], vectors: new Float32Array(0) }): ExactSpace {
  const ids = rows.ids
  let vectors = rows.vectors
  const rowOf = new Map(ids.map((id, row) => [id, row]))
  if (rowOf.size !== ids.length || vectors.length < ids.length * dimension) throw new RangeError('Ids and vectors do not match')

  const appendRow = (id: string): number => {
    if ((ids.length + 1) * dimension > vectors.length) {
      const larger = new Float32Array(Math.max(64, 2 * ids.length) * dimension)
      larger.set(vectors)
      vectors = larger
    }
    rowOf.set(id, ids.length)
    return ids.push(id) - 1
  }
  const view = (row: number) => vectors.subarray(row * dimension, (row + 1) * dimension)

  const searchRows: ExactSpace['searchRows'] = (rows, direction, k) => {
    const top = new TopK(k)
    const pair = new Float64Array(2)
    for (let i = rows.length - 1; i >= 0; i -= 2) { // from the end, for a graph gives the best first, which a heap of the worst is slow to take
      const one = rows[i]!
      const other = i > 0 ? rows[i - 1]! : one
      dots(vectors, one * dimension, other * dimension, direction, pair)
      top.offer(ids[one]!, pair[0]!)
      if (other !== one) top.offer(ids[other]!, pair[1]!)
    }
    return top.best()
  }

  return {
    dimension,
    get size () { return ids.length },
    unsettled: 0,

    add (id, vector) {
      const direction = unit(vector, dimension)
      if (direction === null) throw new RangeError(`The vector of "${id}" is zero: it is like nothing and cannot be searched`)
      const row = rowOf.get(id) ?? appendRow(id) // may put another array in the place of vectors
      vectors.set(direction, row * dimension)
    },

    remove (id) {
      const row = rowOf.get(id)
      if (row === undefined) return false
      const last = ids.length - 1 // moves into the gap
      vectors.copyWithin(row * dimension, last * dimension, (last + 1) * dimension)
      ids[row] = ids[last]!
      rowOf.set(ids[row], row)
      rowOf.delete(id)
      ids.pop()
      return true
    },

    has: (id) => rowOf.has(id),

    get (id) {
      const row = rowOf.get(id)
      return row === undefined ? undefined : view(row).slice()
    },

    search (vector, k, allow?: Allow) {
      const direction = unit(vector, dimension)
      if (direction === null || k === 0) return []
      const rows = new Uint32Array(ids.length)
      let count = 0
      for (let row = 0; row < ids.length; row++) if (!allow || allow(ids[row]!)) rows[count++] = row
      return searchRows(rows.subarray(0, count), direction, k)
    },

    similarity (vector, among) {
      const direction = unit(vector, dimension)
      const found = new Map<string, number>()
      if (direction === null) return found
      const pair = new Float64Array(2)
      for (const id of among) {
        const row = rowOf.get(id)
        if (row === undefined) continue
        dots(vectors, row * dimension, row * dimension, direction, pair)
        found.set(id, pair[0]!)
      }
      return found
    },

    rowOf: (id) => rowOf.get(id),
    searchRows,

    settle: async () => false,

    rows: () => ({ ids, vectors: vectors.subarray(0, ids.length * dimension) })
  }
}
