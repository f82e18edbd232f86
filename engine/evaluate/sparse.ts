/** A sparse matrix by rows: of row r the columns `indices[offsets[r] .. offsets[r + 1])` and their values. */
export interface Sparse { rows: number, columns: number, offsets: Uint32Array, indices: Uint32Array, values: Float32Array }

/** Rows of [column, value] as one matrix. */
export function sparse (rows: readonly (readonly (readonly [number, number])[])[], columns: number): Sparse {
  const offsets = new Uint32Array(rows.length + 1)
  rows.forEach((row, r) => { offsets[r + 1] = offsets[r]! + row.length })
  const indices = new Uint32Array(offsets[rows.length]!)
  const values = new Float32Array(indices.length)
  let at = 0
  for (const row of rows) {
    for (const [column, value] of row) {
      indices[at] = column
      values[at++] = value
    }
  }
  return { rows: rows.length, columns, offsets, indices, values }
}

export function transposed ({ rows, columns, offsets, indices, values }: Sparse): Sparse {
  const starts = new Uint32Array(columns + 1)
  for (const column of indices) starts[column + 1]!++
  for (let c = 0; c < columns; c++) starts[c + 1]! += starts[c]!
  const next = starts.slice()
  const turned: Sparse = { rows: columns, columns: rows, offsets: starts, indices: new Uint32Array(indices.length), values: new Float32Array(values.length) }
  for (let r = 0; r < rows; r++) {
    for (let e = offsets[r]!; e < offsets[r + 1]!; e++) {
      const at = next[indices[e]!]!++
      turned.indices[at] = r
      turned.values[at] = values[e]!
    }
  }
  return turned
}

/** How many vectors are worked on at once: eight lie in one line of the cache and are added without a loop. */
export const LANES = 8

/** out = matrix · vectors, for LANES vectors side by side. `vectors`: columns × LANES, `out`: rows × LANES. */
export function multiply ({ rows, offsets, indices, values }: Sparse, vectors: Float32Array, out: Float32Array): void {
  for (let r = 0; r < rows; r++) {
    let a = 0; let b = 0; let c = 0; let d = 0; let e = 0; let f = 0; let g = 0; let h = 0
    for (let at = offsets[r]!, end = offsets[r + 1]!; at < end; at++) {
      const value = values[at]!
      const from = indices[at]! * LANES
      a += value * vectors[from]!
      b += value * vectors[from + 1]!
      c += value * vectors[from + 2]!
      d += value * vectors[from + 3]!
      e += value * vectors[from + 4]!
      f += value * vectors[from + 5]!
      g += value * vectors[from + 6]!
      h += value * vectors[from + 7]!
    }
    const to = r * LANES
    out[to] = a
    out[to + 1] = b
    out[to + 2] = c
    out[to + 3] = d
    out[to + 4] = e
    out[to + 5] = f
    out[to + 6] = g
    out[to + 7] = h
  }
}
