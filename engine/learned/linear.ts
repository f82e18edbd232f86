/** The product of n values of an array of rows, from `at`, with x. */
export function dot (rows: Float64Array, at: number, x: Float64Array, n: number): number {
  let [a, b, c, d] = [0, 0, 0, 0] // four sums need not wait for each other
  let i = 0
  for (let from = at; i + 3 < n; i += 4, from += 4) {
    a += rows[from]! * x[i]!
    b += rows[from + 1]! * x[i + 1]!
    c += rows[from + 2]! * x[i + 2]!
    d += rows[from + 3]! * x[i + 3]!
  }
  for (; i < n; i++) a += rows[at + i]! * x[i]!
  return a + b + (c + d)
}

/** Adds to `sum` n values of an array of rows, from `at`, so many times. */
export function plus (sum: Float64Array, times: number, rows: Float64Array, at: number, n: number): void {
  let i = 0
  for (let from = at; i + 3 < n; i += 4, from += 4) {
    sum[i]! += times * rows[from]!
    sum[i + 1]! += times * rows[from + 1]!
    sum[i + 2]! += times * rows[from + 2]!
    sum[i + 3]! += times * rows[from + 3]!
  }
  for (; i < n; i++) sum[i]! += times * rows[at + i]!
}

/** The inverse of a symmetric positive matrix (Gauss and Jordan). */
export function inverted (matrix: Float64Array, n: number): Float64Array {
  const left = matrix.slice()
  const right = new Float64Array(n * n)
  for (let i = 0; i < n; i++) right[i * n + i] = 1
  const scaleRow = (rows: Float64Array, row: number, by: number) => { for (let i = 0; i < n; i++) rows[row * n + i]! *= by }
  const takeRow = (rows: Float64Array, from: number, row: number, times: number) => plus(rows.subarray(from * n, (from + 1) * n), -times, rows, row * n, n)
  for (let pivot = 0; pivot < n; pivot++) {
    const by = 1 / left[pivot * n + pivot]!
    for (const rows of [left, right]) scaleRow(rows, pivot, by)
    for (let row = 0; row < n; row++) {
      const times = left[row * n + pivot]!
      if (row !== pivot && times !== 0) for (const rows of [left, right]) takeRow(rows, row, pivot, times)
    }
  }
  return right
}
