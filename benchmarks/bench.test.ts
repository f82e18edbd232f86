import { readFile, readdir } from 'node:fs/promises'
import t from 'tap'
import { bench, percentile } from './bench.js'

t.test('percentile takes the nearest rank', async (t) => {
  const values = [15, 20, 35, 40, 50]
  t.equal(percentile(values, 50), 35)
  t.equal(percentile(values, 30), 20)
  t.equal(percentile(values, 95), 50)
  t.equal(percentile(values, 0), 15)
  t.equal(percentile([10, 9], 100), 10, 'sorted as numbers')
  t.ok(Number.isNaN(percentile([], 50)))
})

t.test('the smoke run is small and leaves no file; the full run keeps its figures', async (t) => {
  const resultsDir = t.testdir()
  const lines: string[] = []
  const ask = (full: boolean) => bench('counting', async ({ size, time, report }) => {
    let seen = 0
    const ms = await time(size('runs', { smoke: 2, full: 7 }), async (run) => { seen += run })
    report({ seen, runs: ms.length, third: 1 / 3 })
  }, { full, resultsDir, log: (line) => lines.push(line) })

  const smoke = await ask(false)
  t.same(smoke.figures, { seen: 1, runs: 2, third: 0.3333 })
  t.same(await readdir(resultsDir), [])

  await ask(true)
  const kept = JSON.parse(await readFile(`${resultsDir}/counting.json`, 'utf8'))
  t.match(kept, { name: 'counting', node: process.version, cpu: String, cores: Number, sizes: { runs: 7 }, figures: { seen: 21, runs: 7 } })
  t.match(kept.date, /^\d{4}-\d\d-\d\dT/)
  t.same(lines, ['counting (smoke): seen 1, runs 2, third 0.3333', 'counting (full): seen 21, runs 7, third 0.3333'])
})
