/** Regression trees whose values sum up: for each node the feature and bound, left child where the value is at most the bound; 0 for a leaf. */
export interface Forest { base: number, trees: { feature: number[], bound: number[], left: number[], right: number[], value: number[] }[] }

/** The same in four rows, one tree behind the other, so that a sum touches little memory; places are absolute. */
export interface FlatForest { base: number, roots: Int32Array, feature: Int32Array, bound: Float64Array, left: Int32Array, right: Int32Array }

export function flattened ({ base, trees }: Forest): FlatForest {
  const roots = trees.reduce<number[]>((starts, { feature }) => [...starts, starts.at(-1)! + feature.length], [0])
  const from = (tree: number, place: number): number => place === 0 ? -1 : roots[tree]! + place
  return {
    base,
    roots: Int32Array.from(roots.slice(0, -1)),
    feature: Int32Array.from(trees.flatMap(({ feature }) => feature)),
    bound: Float64Array.from(trees.flatMap(({ bound, left, value }) => bound.map((one, i) => left[i] === 0 ? value[i]! : one))),
    left: Int32Array.from(trees.flatMap(({ left }, tree) => left.map((place) => from(tree, place)))),
    right: Int32Array.from(trees.flatMap(({ right }, tree) => right.map((place) => from(tree, place))))
  }
}

/** The sum of the leaves that the features lead to. */
export function valueOf ({ base, roots, feature, bound, left, right }: FlatForest, features: Float64Array): number {
  let sum = base
  for (let i = 0; i < roots.length; i++) {
    let at = roots[i]!
    while (left[at]! >= 0) at = features[feature[at]!]! <= bound[at]! ? left[at]! : right[at]!
    sum += bound[at]!
  }
  return sum
}
