import { BOUNDS, WALK } from '../../engine/affinity/weights.js'
import { ANSWERS } from '../../engine/projection/answers.js'
import { priorOf } from '../../engine/projection/prior.js'
import { goFurther, reach } from '../../engine/projection/reach.js'
import { walk } from '../../engine/projection/walk.js'
import { randomFrom, synthetic } from './synthetic.js'
const [members, edges, runs] = process.argv.slice(2).map(Number) as [number, number, number]
const arrays = synthetic({ members, edges, seed: 42 })
const prior = priorOf(arrays)
const random = randomFrom(3)
let [r, g, l, slots, touched, nodes, firstSlots] = [0, 0, 0, 0, 0, 0, 0]
for (let i = 0; i < 2 * runs; i++) {
  if (i === runs) [r, g, l, slots, touched, nodes, firstSlots] = [0, 0, 0, 0, 0, 0, 0]
  const id = arrays.ids[Math.floor(random() * arrays.nodes)]!
  const rows = ANSWERS['affinity/seeds']!(arrays, { viewerId: id, now: '2026-11-01', entityId: id, limit: 500 } as never, false) as any[]
  const seeds = Object.fromEntries(rows.map((row) => [row.id, [{ ...row, share: 0 }]]))
  const asking: any = { seeds, seekerId: id, viewerId: id, now: '2026-11-01', labels: ['Member', 'Brand'], candidateIds: [], degreeMax: 1000, breadth: BOUNDS.breadth, ...WALK, prior, limit: 200 }
  let s = performance.now()
  const re = reach(arrays, asking); r += performance.now() - s
  slots += re.left; nodes += re.nodes.length; firstSlots += re.firsts.reduce((a, f) => a + arrays.count[f.n]!, 0)
  s = performance.now(); goFurther(arrays, asking, re, re.left < 40000 ? Infinity : 20000); g += performance.now() - s
  slots -= re.left; touched += re.ends.size
  s = performance.now(); walk(arrays, asking, false); l += performance.now() - s
}
console.log({ reachUs: r / runs * 1e3, goUs: g / runs * 1e3, leadUs: l / runs * 1e3, firstSlots: firstSlots / runs, slots: slots / runs, touched: touched / runs, nodes: nodes / runs })
