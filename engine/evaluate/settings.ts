import type { FactorOptions } from '../learned/factors.js'
import type { RankOptions } from '../learned/rank.js'
import type { WalkOptions } from '../learned/rows.js'

export interface Settings {
  walk: Pick<WalkOptions, 'b' | 'near' | 'keep'>
  factors: Omit<FactorOptions, 'targets'>
  rank: RankOptions
  pool: number
}

/**
 * Where every run begins; chosen on the last fifth of each user's training pairs of Gowalla, see benchmarks/NOTES.md.
 * What depends on the data (the exponents and the share of the factors) is chosen anew on the training pairs of each run.
 */
export const SETTINGS: Settings = {
  walk: { b: 0.5, near: 0.5, keep: 400 },
  factors: { dimensions: 96, unobserved: 0.02, penalty: 0.0007, rounds: 4, seed: 1 },
  rank: { a: 0.7, fade: 0.7, c: 0.05, unseen: 0.5, trend: 0.3, share: 0.3, damp: 0.25 },
  pool: 250
}
