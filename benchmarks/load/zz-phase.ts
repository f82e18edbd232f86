import { ANSWERS } from '../../engine/projection/answers.js'
import { priorOf } from '../../engine/projection/prior.js'
import { randomFrom, synthetic } from './synthetic.js'
import { matches } from './terms.js'
const [members, edges, runs] = process.argv.slice(2).map(Number) as [number, number, number]
const arrays = synthetic({ members, edges, seed: 42 })
const prior = priorOf(arrays)
const sums: Record<string, number> = {}; const rowsOf: Record<string, number> = {}
for (const [name, act] of Object.entries(ANSWERS)) ANSWERS[name] = (a, p, e) => { const s = performance.now(); const r = act(a, p, e); const k = name + ((p as any).candidateIds?.length ? '+' : ''); sums[k] = (sums[k] ?? 0) + performance.now() - s; rowsOf[k] = (rowsOf[k] ?? 0) + r.length; return r }
const random = randomFrom(3)
for (const n of [runs, runs]) {
  for (const k in sums) sums[k] = rowsOf[k] = 0
  const s = process.cpuUsage()
  for (let i = 0; i < n; i++) matches({ arrays, prior, exact: false }, arrays.ids[Math.floor(random() * arrays.nodes)]!, 10)
  const c = process.cpuUsage(s)
  console.log('cpu us', ((c.user + c.system) / n).toFixed(0), Object.entries(sums).map(([k, v]) => `${k.slice(9)} ${(1000 * v / n).toFixed(0)}us/${(rowsOf[k]! / n).toFixed(0)}`).join('  '))
}
