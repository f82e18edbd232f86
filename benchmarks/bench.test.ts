import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { bench, benchmarks, percentile, type Target } from './bench.js'

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

t.test('a full run tells which targets were reached, and fails when one is missed', async (t) => {
  const resultsDir = t.testdir()
  const lines: string[] = []
  const ask = (full: boolean, targets: Record<string, Target>) =>
    bench('aiming', async ({ report }) => report({ ms: 8, share: 0.97 }), { full, targets, resultsDir, log: (line) => lines.push(line) })
  t.teardown(() => { process.exitCode = undefined })

  await ask(true, { ms: { most: 8 }, share: { least: 0.9, most: 1 } })
  t.notOk(process.exitCode)
  await ask(false, { share: { least: 0.98 } })
  t.notOk(process.exitCode, 'a small run aims at nothing')
  const missed = await ask(true, { share: { least: 0.98 }, gone: { most: 1 } })
  const code = process.exitCode
  process.exitCode = undefined
  t.equal(code, 1)
  t.same(missed.targets, { share: { least: 0.98, reached: false }, gone: { most: 1, reached: false } })
  t.same(JSON.parse(await readFile(`${resultsDir}/aiming.json`, 'utf8')).targets, missed.targets)
  t.same(lines, [
    'aiming (full): ms 8 (≤ 8: PASS), share 0.97 (≤ 1 and ≥ 0.9: PASS)',
    'aiming (smoke): ms 8, share 0.97',
    'aiming (full): ms 8, share 0.97 (≥ 0.98: MISSED)'
  ])
})

t.test('every benchmark runs, small', async (t) => {
  const env = { TERAFFI_EMBEDDER: 'hashed', TERAFFI_DATA_DIR: '.data/test', ...process.env, NODE_OPTIONS: '' }
  for (const name of await benchmarks()) {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', `${HERE}${name}.ts`], { env, cwd: `${HERE}..` })
    t.match(stdout, new RegExp(`^${name} \\(smoke\\): `, 'm'))
  }
})
