import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT, setup } from './setup.mjs'

/**
 * `npm test`: types, style, then every test against real stores that run once for all of them. Files named as arguments are run alone.
 * The last line is always `N passed, N failed`; the whole TAP is kept in .data/test.tap.
 */

const DATA = join(ROOT, '.data', 'test')
const MODELS = join(ROOT, '.data', 'models')
/** What only some machines have, and `.ci/run` brings. */
const SYSTEM = {
  TERAFFI_TEST_DATABASE_URL: 'the deals are tested on the embedded PostgreSQL alone.',
  TERAFFI_TEST_REDIS_URL: 'the cache is tested within the process alone.',
  TERAFFI_SCHEMATHESIS: 'the API is not fuzzed.'
}
const NONE = { pass: 0, fail: 0, skip: 0, todo: 0 }

setup()
process.chdir(ROOT)
process.env.TERAFFI_DATA_DIR = DATA // each test process finds there the stores that run
if (existsSync(MODELS)) process.env.TERAFFI_MODEL_DIR ??= MODELS

const require = createRequire(import.meta.url)
const started = performance.now()
const running = new Set()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { for (const child of running) child.kill(signal) })

const args = process.argv.slice(2)
const whole = args.length === 0
const checks = whole
  ? [check('types', ['typescript', 'bin/tsc', '--noEmit', '-p', ROOT]), check('style', ['eslint', 'bin/eslint.js', ROOT])]
  : []
const [stores, ...checked] = await Promise.allSettled([openStores(), ...checks])
for (const [name, what] of Object.entries(SYSTEM)) if (!process.env[name]) console.log(`${name} is not set: ${what}`)
if (stores.status === 'rejected') console.log(`not ok - the stores do not start: ${stores.reason.message}`)

const tests = stores.status === 'rejected' ? { ...NONE, fail: 1 } : await runTap()
await stores.value?.close()

const passed = tests.pass + checked.filter(({ value }) => value).length
const failed = tests.fail + checked.filter(({ value }) => !value).length
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s, ${tests.skip} skipped, ${tests.todo} to do; all of it in .data/test.tap`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

/** The stores of the tests: emptied before, unless another test run is using them. */
async function openStores () {
  (await import('tsx/esm/api')).register()
  const [{ loadConfig }, { openStores, storesRun }] = await Promise.all([import('../engine/config.ts'), import('../engine/stores.ts')])
  const config = loadConfig()
  if (!await storesRun(config)) rmSync(DATA, { recursive: true, force: true })
  return openStores(config, { log: (line) => console.log(line) })
}

async function check (name, [pack, bin, ...args]) {
  const child = start([join(dirname(require.resolve(`${pack}/package.json`)), bin), ...args])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { output += text })
  const [code] = await once(child, 'close')
  console.log(code === 0 ? `ok - ${name}` : `not ok - ${name}\n${output.trimEnd()}`)
  return code === 0
}

async function runTap () {
  mkdirSync(dirname(DATA), { recursive: true })
  const kept = createWriteStream(`${DATA}.tap`)
  const bin = join(dirname(require.resolve('tap/package.json')), 'dist/esm/run.mjs')
  const child = start([bin, '--reporter=tap', '--disable-coverage', ...args], 'inherit')
  const closed = once(child, 'close')
  const show = filter()
  let counts = NONE
  for await (const line of createInterface({ input: child.stdout })) {
    kept.write(line + '\n')
    if (show(line)) console.log(line)
    counts = countsIn(line) ?? counts
  }
  kept.end()
  const [code] = await closed
  // A run that ended badly is a failure even when no single test was.
  return { ...counts, fail: counts.fail || (code === 0 ? 0 : 1) }
}

/** tap closes with a line such as `# { total: 4, pass: 3, skip: 1 }`. */
function countsIn (line) {
  const summary = /^# \{ (total: .*) \}$/.exec(line)?.[1]
  if (summary === undefined) return null
  return { ...NONE, ...Object.fromEntries(summary.split(', ').map((part) => part.split(': ')).map(([name, count]) => [name, Number(count)])) }
}

/** Of the TAP, what one wants to see: a line for each file, and what failed with what is said about it. */
function filter () {
  let saying = false
  return (line) => {
    if (saying && line.trim() === '...') {
      saying = false
      return true
    }
    const failure = /^\s*not ok (?!.*# (TODO|SKIP))/.test(line)
    if (!failure && /^\s*(ok|not ok|#) /.test(line)) saying = false
    else saying ||= failure
    return saying || failure || /^(ok|not ok|Bail out)/.test(line)
  }
}

function start (args, stderr = 'pipe') {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', stderr] })
  running.add(child.once('close', () => running.delete(child)))
  return child
}
