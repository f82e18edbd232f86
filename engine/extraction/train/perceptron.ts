import { Linear } from '../parse/linear.js'

/** An averaged perceptron (Collins, EMNLP 2002): what is shipped is the mean of the weights over all steps. */
export class Perceptron {
  readonly model: Linear
  private readonly weights: Float32Array
  private readonly late: Float64Array
  private step = 1

  constructor (classes: number, bits: number) {
    this.weights = new Float32Array(Linear.size(classes, bits))
    this.late = new Float64Array(Linear.size(classes, bits))
    this.model = new Linear(classes, bits, this.weights)
  }

  tick (): void {
    this.step++
  }

  /** One step towards the right class and away from the wrong one, for the features at hand. */
  update (right: number, wrong: number): void {
    const { model, weights, late, step } = this
    for (let i = 0; i < model.count; i++) {
      const row = model.rows[i]!
      weights[row + right]! += 1
      late[row + right]! += step
      weights[row + wrong]! -= 1
      late[row + wrong]! -= step
    }
  }

  /** The mean weights as whole numbers, in `SCALE`ths; what is smaller falls away. */
  averaged (): Linear {
    const { model: { classes, bits }, weights, late, step } = this
    const mean = new Linear(classes, bits)
    for (let i = 0; i < weights.length; i++) mean.weights[i] = Math.max(-32767, Math.min(32767, Math.round((weights[i]! - late[i]! / step) * SCALE)))
    return mean
  }
}

const SCALE = 24
