import type { Forest } from '../open/trees.js'

export interface BoostOptions { trees: number, leaves: number, rate: number, least: number, l2: number }

const BINS = 48

/** Gradient boosted regression trees for squared error (Friedman, 2001), grown best leaf first over binned features. Deterministic. */
export function boost (rows: readonly Float64Array[], targets: readonly number[], { trees, leaves, rate, least, l2 }: BoostOptions): Forest {
  const count = rows.length
  const width = rows[0]!.length
  const bounds = Array.from({ length: width }, (_, f) => cuts(rows, f))
  const bins = bounds.map((cut, f) => Uint8Array.from(rows, (row) => binOf(cut, row[f]!)))
  const base = targets.reduce((sum, target) => sum + target, 0) / count
  const rest = Float64Array.from(targets, (target) => target - base)
  const forest: Forest = { base, trees: [] }
  for (let i = 0; i < trees; i++) {
    const grown = grow(bins, bounds, rest, { leaves, least, l2 })
    for (const leaf of grown.parts) {
      const value = rate * grown.tree.value[leaf.node]!
      grown.tree.value[leaf.node] = Math.round(value * 1e6) / 1e6
      for (const row of leaf.rows) rest[row]! -= value
    }
    forest.trees.push(grown.tree)
  }
  return forest
}

function cuts (rows: readonly Float64Array[], f: number): number[] {
  const values = [...new Set(rows.map((row) => row[f]!))].sort((a, b) => a - b)
  if (values.length <= BINS) return values.slice(0, -1).map((value, i) => (value + values[i + 1]!) / 2)
  const sorted = rows.map((row) => row[f]!).sort((a, b) => a - b)
  return [...new Set(Array.from({ length: BINS - 1 }, (_, i) => sorted[Math.floor((i + 1) * sorted.length / BINS)]!))]
}

function binOf (cut: readonly number[], value: number): number {
  let bin = 0
  while (bin < cut.length && value > cut[bin]!) bin++
  return bin
}

interface Leaf { node: number, rows: Int32Array, gain: number, feature: number, bin: number }

function grow (bins: Uint8Array[], bounds: number[][], rest: Float64Array, { leaves, least, l2 }: Pick<BoostOptions, 'leaves' | 'least' | 'l2'>) {
  const tree: Forest['trees'][number] = { feature: [], bound: [], left: [], right: [], value: [] }
  const add = (rows: Int32Array): Leaf => {
    const node = tree.feature.push(0) - 1
    let sum = 0
    for (const row of rows) sum += rest[row]!
    tree.bound.push(0); tree.left.push(0); tree.right.push(0); tree.value.push(sum / (rows.length + l2))
    return { node, rows, ...split(bins, bounds, rest, rows, sum, { least, l2 }) }
  }
  const parts = [add(Int32Array.from(rest.keys()))]
  while (parts.length < leaves) {
    const best = parts.reduce((best, leaf) => leaf.gain > best.gain ? leaf : best)
    if (best.gain <= 1e-9) break
    parts.splice(parts.indexOf(best), 1)
    const column = bins[best.feature]!
    const [left, right] = [add(best.rows.filter((row) => column[row]! <= best.bin)), add(best.rows.filter((row) => column[row]! > best.bin))]
    tree.feature[best.node] = best.feature
    tree.bound[best.node] = bounds[best.feature]![best.bin]!
    tree.left[best.node] = left.node
    tree.right[best.node] = right.node
    parts.push(left, right)
  }
  return { tree, parts }
}

type Least = Pick<BoostOptions, 'least' | 'l2'>

function split (bins: Uint8Array[], bounds: number[][], rest: Float64Array, rows: Int32Array, total: number, { least, l2 }: Least): Pick<Leaf, 'gain' | 'feature' | 'bin'> {
  let best = { gain: 0, feature: 0, bin: 0 }
  const sums = new Float64Array(BINS + 1)
  const counts = new Int32Array(BINS + 1)
  const before = total * total / (rows.length + l2)
  for (let f = 0; f < bins.length; f++) {
    const column = bins[f]!
    sums.fill(0)
    counts.fill(0)
    for (const row of rows) {
      sums[column[row]!]! += rest[row]!
      counts[column[row]!]!++
    }
    let [sum, count] = [0, 0]
    for (let bin = 0; bin < bounds[f]!.length; bin++) {
      sum += sums[bin]!
      count += counts[bin]!
      const other = rows.length - count
      if (count < least || other < least) continue
      const gain = sum * sum / (count + l2) + (total - sum) * (total - sum) / (other + l2) - before
      if (gain > best.gain) best = { gain, feature: f, bin }
    }
  }
  return best
}
