import { LANES, multiply, transposed, type Sparse } from './sparse.js'

/**
 * What each user's items say about features, learnt by ridge regression: w = Xᵀ (X Xᵀ + λI)⁻¹ y, score(c) = w · x_c.
 * X: known items × features, y: 1 for the items of the user. A feature that many known items share and this user's do not stand out by
 * loses its weight, which cosines cannot do. Kernel form of Hoerl and Kennard, "Ridge regression", Technometrics 1970; one regression a
 * user on attributes of items as in Gantner et al., "Learning attribute-to-feature mappings for cold-start recommendations", ICDM 2010.
 * Solved by conjugate gradients (Hestenes and Stiefel 1952); a few steps suffice, and stopping early only regularises a little more.
 * Additive: feature f lends candidate c exactly w_f · x_cf, and item i of the user's surroundings lends z_i · (x_i · x_c).
 */
export function ridge (known: Sparse, lambda: number, steps: number) {
  const turned = transposed(known)
  const size = known.rows * LANES
  const [z, rest, way, image] = [0, 1, 2, 3].map(() => new Float32Array(size)) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const weights = new Float32Array(known.columns * LANES)

  /** Weights of all features for up to LANES users, features × LANES; the array is reused. `users`: the rows of their items. */
  return (users: readonly (readonly number[])[]): Float32Array => {
    z.fill(0)
    rest.fill(0)
    users.forEach((items, lane) => { for (const item of items) rest[item * LANES + lane] = 1 })
    way.set(rest)
    let size2 = dots(rest, rest)
    for (let step = 0; step < steps; step++) {
      multiply(turned, way, weights)
      multiply(known, weights, image)
      for (let i = 0; i < size; i++) image[i]! += lambda * way[i]!
      const bend = dots(way, image)
      const length = size2.map((value, lane) => bend[lane]! > 0 ? value / bend[lane]! : 0)
      for (let i = 0; i < size; i++) {
        const by = length[i % LANES]!
        z[i]! += by * way[i]!
        rest[i]! -= by * image[i]!
      }
      const next = dots(rest, rest)
      const turn = next.map((value, lane) => size2[lane]! > 0 ? value / size2[lane]! : 0)
      for (let i = 0; i < size; i++) way[i] = rest[i]! + turn[i % LANES]! * way[i]!
      size2 = next
    }
    multiply(turned, z, weights)
    return weights
  }
}

/** The dot product of each lane. */
function dots (left: Float32Array, right: Float32Array): Float64Array {
  const sums = new Float64Array(LANES)
  for (let i = 0; i < left.length; i++) sums[i % LANES]! += left[i]! * right[i]!
  return sums
}
