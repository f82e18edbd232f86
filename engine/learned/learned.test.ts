import t from 'tap'
import { adjacency, ages, degree, mirrors, type Adjacency } from './adjacency.js'
import { drawn, factorize, folded, gramian, solveSide } from './factors.js'
import { evidence, newOf, priors, unseen } from './prior.js'
import { best, model, ranker, seedsOf, waysTo, type Learned } from './rank.js'
import { finish, joined, walkRows, type Rows } from './rows.js'

/** Edges as [from, to, weight?, when?]. */
function graph (size: number, ...edges: Array<[number, number, number?, number?]>): Adjacency {
  return adjacency(size, {
    from: Uint32Array.from(edges, ([from]) => from),
    to: Uint32Array.from(edges, ([, to]) => to),
    weight: Float64Array.from(edges, ([,, weight]) => weight ?? 1),
    when: Float64Array.from(edges, ([,,, when]) => when ?? 0)
  })
}

/** A graph of chance without sides, the same each time. */
function anyGraph (size: number, edges: number): Adjacency {
  let state = 7
  const next = (n: number) => (state = (state * 16807) % 2147483647) % n
  const pairs = new Map<string, [number, number, number, number]>()
  while (pairs.size < edges) {
    const [x, y] = [next(size), next(size)]
    if (x < y) pairs.set(`${x} ${y}`, [x, y, 1 + next(3), next(5)])
  }
  return graph(size, ...pairs.values())
}

const all = (size: number) => ({ first: 0, end: size })
const row = ({ start, to, value }: Rows, node: number) =>
  new Map(Array.from(to.subarray(start[node], start[node + 1]), (other, i) => [other, value[start[node]! + i]!]))
const weightOf = ({ start, to, weight }: Adjacency, x: number, y: number) => {
  const at = to.subarray(start[x], start[x + 1]).indexOf(y)
  return at < 0 ? null : { slot: start[x]! + at, weight: weight[start[x]! + at]! }
}

t.test('an edge stands in the rows of both its ends, and tells its age at either', (t) => {
  // Node 0 had 1 first, then 2 and 3 at once; 3 had 2 before 0.
  const world = graph(4, [1, 0, 1, 1], [0, 2, 1, 5], [0, 3, 1, 5], [2, 3, 1, 2])
  t.strictSame([...world.to.subarray(0, 3)], [1, 2, 3])
  t.strictSame([...ages(world).subarray(0, 3)], [2, 0.5, 0.5], 'edges of one time share the middle of their places')
  const mirror = mirrors(world)
  for (const [slot, back] of mirror.entries()) t.equal(mirror[back], slot)
  t.throws(() => graph(2, [0, 1], [1, 0]), /given twice/)
  t.throws(() => graph(2, [1, 1]), /does not fit/)
  t.end()
})

t.test('the rows of the walk are those that the definition gives, on any graph', (t) => {
  const world = anyGraph(30, 120)
  const age = ages(world)
  const [b, near] = [0.7, 0.5]
  const rows = finish(walkRows(world, all(30), { b, near, keep: 30 }))
  for (let i = 0; i < 30; i++) {
    const held = row(rows, i)
    for (let j = 0; j < 30; j++) {
      let expected = 0
      for (let v = 0; v < 30; v++) {
        const [back, on] = [weightOf(world, v, i), weightOf(world, v, j)]
        if (i !== j && back !== null && on !== null) {
          expected += back.weight * on.weight * degree(world, v) ** -b * (1 + Math.abs(age[back.slot]! - age[on.slot]!)) ** -near
        }
      }
      if (Math.abs((held.get(j) ?? 0) - expected) > 1e-12) t.fail(`${i} to ${j}: ${held.get(j)} instead of ${expected}`)
    }
  }
  t.end()
})

t.test('a row keeps its strongest, and lines up when it is built in parts', (t) => {
  const world = anyGraph(30, 120)
  const options = { b: 1, near: 0, keep: 4, targets: new Uint8Array(30).fill(1, 10) }
  const whole = finish(walkRows(world, all(30), options))
  const full = finish(walkRows(world, all(30), { ...options, keep: 30 }))
  for (let node = 0; node < 30; node++) {
    t.ok([...row(whole, node).keys()].every((to) => to >= 10 && to !== node))
    const strongest = [...row(full, node).values()].sort((x, y) => y - x).slice(0, 4)
    t.strictSame([...row(whole, node).values()].sort((x, y) => y - x), strongest)
  }
  t.strictSame(joined([finish(walkRows(world, { first: 0, end: 11 }, options)), finish(walkRows(world, { first: 11, end: 30 }, options))]), whole)
  t.end()
})

t.test('what is unseen follows from how many nodes have how many edges', (t) => {
  // Six nodes of 1 edge, two of 2, one of 3: r(1) = 2 · 2 / 6, r(2) = 3 · 1 / 2.
  const ratios = unseen([1, 1, 1, 1, 1, 1, 2, 2, 3], 1)
  t.equal(ratios[1], 4 / 6)
  t.equal(ratios[2], 1.5 / 2)
  t.equal(ratios[3], 1, 'nothing is known above the highest')

  // A collection that took in only nodes of ten edges or more, each of which was then seen with a chance of 4 in 5.
  const degrees = Array.from({ length: 200_000 }, (_, i) => 10 + Math.floor(Math.log(1 - (i + 0.5) / 200_000) * -4))
  let state = 1
  const chance = () => (state = (state * 16807) % 2147483647) / 2147483647
  const seen = degrees.map((d) => Array.from({ length: d }).filter(() => chance() < 0.8).length)
  const estimate = unseen(seen)
  for (const d of [6, 8, 10, 14]) {
    const those = degrees.filter((_, i) => seen[i] === d)
    const left = those.reduce((sum, whole) => sum + whole - d, 0) / those.length
    t.ok(Math.abs(estimate[d]! * d * 0.25 / left - 1) < 0.1, `of ${d} seen, ${left.toFixed(2)} are unseen; the histogram says ${(estimate[d]! * d * 0.25).toFixed(2)}`)
  }
  t.end()
})

t.test('a target that is rising is expected more than one that is falling', (t) => {
  const rising = evidence(Uint32Array.of(1, 2), Float64Array.of(3, 3), Float64Array.of(3 * newOf(0), 3 * newOf(1)))
  const prior = priors(rising, 3, { unseen: 1, trend: 1, c: 0.2 })
  t.equal(prior[0], 0, 'no target')
  t.ok(prior[1]! > prior[2]! && prior[2]! > 0)
  t.end()
})

t.test('the vectors solve the normal equations', (t) => {
  const world = anyGraph(12, 30)
  const options = { dimensions: 3, unobserved: 0.1, penalty: 0.05, rounds: 3, seed: 1 }
  const factors = finish(factorize(world, options))
  t.strictSame(finish(factorize(world, options)), factors, 'the same each time')
  const other = gramian(factors, 'targets')
  for (let visit = 0; visit < 100; visit++) finish(solveSide(world, factors, 'sources', other, all(12), options))
  for (let node = 0; node < 12; node++) {
    const x = factors.sources.subarray(3 * node, 3 * node + 3)
    for (let a = 0; a < 3; a++) {
      let left = options.penalty * (degree(world, node) + 12 * 0.1) * x[a]!
      for (let c = 0; c < 3; c++) left += 0.1 * other[3 * a + c]! * x[c]!
      for (const to of world.to.subarray(world.start[node], world.start[node + 1])) {
        const y = factors.targets.subarray(3 * to, 3 * to + 3)
        left += y[a]! * (y[0]! * x[0]! + y[1]! * x[1]! + y[2]! * x[2]! - 1)
      }
      t.ok(Math.abs(left) < 1e-6)
    }
  }
  t.end()
})

t.test('a score is the sum of its parts, and the walk the sum of its ways', (t) => {
  const world = anyGraph(40, 160)
  const [b, near] = [0.5, 0.5]
  const factoring = { dimensions: 4, unobserved: 0.1, penalty: 0.01, rounds: 2, seed: 1 }
  const factors = finish(factorize(world, factoring))
  const learned: Learned = {
    rows: finish(walkRows(world, all(40), { b, near, keep: 20 })),
    vectors: { dimensions: 4, targets: factors.targets, lent: folded(world, factors, factoring) }
  }
  const degrees = Float64Array.from({ length: 40 }, (_, node) => degree(world, node))
  const known = evidence(Uint32Array.from(degrees.keys()), degrees, degrees)
  const ready = model(world, learned, known, { a: 0.7, fade: 0.5, share: 0.3, damp: 0.2, unseen: 0.5, trend: 0.3, c: 0.1 })
  const seeds = seedsOf(world, ages(world), 3, 0.5)
  const seen = new Set([3, ...seeds.map(({ node }) => node)])
  const hits = ranker(40)(ready, seeds, { k: 5, pool: 30, excluded: (node) => seen.has(node) })

  t.equal(hits.length, 5)
  t.ok(hits.every(({ node }) => !seen.has(node)))
  for (const { score, parts } of hits) t.equal(score, parts.walk + parts.factors)
  const ways = (node: number) => waysTo(world, ages(world), ready, seeds, node, { b, near, limit: 1000 })
  const raw = (node: number) => ready.prior[node]! * ways(node).reduce((sum, { value }) => sum + value, 0)
  for (const { node, parts } of hits) {
    // Parts are told relative to the strongest walk, so two of them compare as their ways do.
    t.ok(Math.abs(parts.walk / hits[0]!.parts.walk - raw(node) / raw(hits[0]!.node)) < 1e-12)
  }
  t.end()
})

t.test('the best come first, and ties by number', (t) => {
  const merits = [0, 3, 1, 3, 2, 3, 5, 1]
  const nodes = Uint32Array.from(merits.keys())
  t.strictSame([...best(nodes, 3, (node) => merits[node]!).nodes], [6, 1, 3])
  t.strictSame([...best(nodes, 100, (node) => merits[node]!).nodes], [6, 1, 3, 5, 4, 2, 7])
  t.end()
})

t.test('vectors that nobody may ask for stay zero', (t) => {
  const world = graph(4, [0, 2], [1, 3])
  const factors = drawn(world, { dimensions: 2, unobserved: 0.1, penalty: 0.1, rounds: 1, seed: 1, targets: Uint8Array.of(0, 0, 1, 1) })
  t.strictSame([...factors.targets.subarray(0, 4)], [0, 0, 0, 0])
  t.end()
})
