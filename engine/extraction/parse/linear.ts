/** The most features that one decision looks at. */
const FEATURES_MAX = 128

/**
 * A linear classifier over hashed features: a row of weights, one for each class, for every bucket. Several features may share a bucket, which
 * costs little where there are many more buckets than features that matter (Weinberger et al., ICML 2009).
 */
export class Linear {
  /** The features of the decision at hand, as places of their rows; `add` fills them, and `count = 0` forgets them. */
  readonly rows = new Int32Array(FEATURES_MAX)
  readonly scores: Float32Array
  /** A row is a multiple of four weights long, so that they can be summed four at a time. */
  readonly stride: number
  count = 0
  private readonly shift: number

  constructor (readonly classes: number, readonly bits: number, readonly weights: Int16Array | Float32Array = new Int16Array(Linear.size(classes, bits))) {
    this.stride = (classes + 3) & ~3
    this.scores = new Float32Array(this.stride)
    this.shift = 32 - bits
  }

  static size = (classes: number, bits: number): number => (classes + 3 & ~3) << bits

  /** A feature: its template's number and up to three values. */
  add (template: number, a: number, b = 0, c = 0): void {
    let h = Math.imul(a ^ Math.imul(template, 0x9e3779b1), 0x85ebca6b)
    h ^= h >>> 15
    h = Math.imul(h ^ b, 0xc2b2ae35)
    h ^= h >>> 13
    h = Math.imul(h ^ c, 0x27d4eb2f)
    h ^= h >>> 16
    this.rows[this.count++] = (Math.imul(h, 0x165667b1) >>> this.shift) * this.stride
  }

  /** Sums the weights of the features that were added into `scores`, and names the class with the most (the first on a tie). */
  best (): number {
    const { rows, scores, weights, stride, classes, count } = this
    for (let c = 0; c < stride; c += 4) {
      let s0 = 0
      let s1 = 0
      let s2 = 0
      let s3 = 0
      for (let i = 0; i < count; i++) {
        const at = rows[i]! + c
        s0 += weights[at]!
        s1 += weights[at + 1]!
        s2 += weights[at + 2]!
        s3 += weights[at + 3]!
      }
      scores[c] = s0
      scores[c + 1] = s1
      scores[c + 2] = s2
      scores[c + 3] = s3
    }
    let best = 0
    for (let c = 1; c < classes; c++) if (scores[c]! > scores[best]!) best = c
    return best
  }
}
