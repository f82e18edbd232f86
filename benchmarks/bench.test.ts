import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { bench, benchmarks, percentile } from './bench.js'

const run = promisify(execFile)
const HERE = fileURLToPath(new URL('./', import.meta.url))

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

t.test('every benchmark runs, small', async (t) => {
  const env = { TERAFFI_EMBEDDER: 'hashed', TERAFFI_DATA_DIR: '.data/test', ...process.env, NODE_OPTIONS: '' }
  for (const name of await benchmarks()) {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', `${HERE}${name}.ts`], { env, cwd: `${HERE}..` })
    t.match(stdout, new RegExp(`^${name} \\(smoke\\): `, 'm'))
  }
})
