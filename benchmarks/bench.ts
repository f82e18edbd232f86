import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

/** What a benchmark is given: sizes for its mode, a clock, and the place for its figures. */
export interface Bench {
  full: boolean
  /** A size: small in the test run so that the benchmark never rots, large when measured. Recorded with the result. */
  size: (name: string, sizes: { smoke: number, full: number }) => number
  /** Runs `act` that many times, one after the other, and returns the milliseconds of each run. */
  time: (runs: number, act: (run: number) => unknown) => Promise<number[]>
  report: (figures: Figures) => void
}
export type Figures = Record<string, number | string | boolean>
/** What a figure is to reach. */
export interface Target { most?: number, least?: number }

export interface BenchResult {
  name: string
  date: string
  node: string
  cpu: string
  cores: number
  memoryGb: number
  sizes: Record<string, number>
  figures: Figures
  targets?: Record<string, Target & { reached: boolean }>
}

interface BenchOptions { full?: boolean, targets?: Record<string, Target>, resultsDir?: string, log?: (line: string) => void }

const RESULTS = fileURLToPath(new URL('results/', import.meta.url))

/**
 * Asks one question and, when run with --full, keeps the answer in `benchmarks/results/<name>.json`. A full run in which a target is missed
 * ends with exit code 1; a small one says nothing of targets, since they are for the large sizes.
 */
export async function bench (name: string, ask: (bench: Bench) => Promise<void>, options: BenchOptions = {}): Promise<BenchResult> {
  const { full = process.argv.includes('--full'), targets = {}, resultsDir = RESULTS, log = (line) => console.log(line) } = options
  const result: BenchResult = { name, ...machine(), sizes: {}, figures: {} }
  await ask({
    full,
    size: (key, sizes) => (result.sizes[key] = full ? sizes.full : sizes.smoke),
    time,
    report: (figures) => Object.assign(result.figures, rounded(figures))
  })
  if (full) judge(result, targets)
  log(`${name} (${full ? 'full' : 'smoke'}): ${told(result)}`)
  if (full && Object.keys(result.figures).length > 0) await save(resultsDir, result)
  return result
}

/** A figure that is not there has not reached its target. */
function judge (result: BenchResult, targets: Record<string, Target>): void {
  if (Object.keys(targets).length === 0) return
  result.targets = Object.fromEntries(Object.entries(targets).map(([key, target]) => {
    const { most = Infinity, least = -Infinity } = target
    const figure = result.figures[key]
    return [key, { ...target, reached: typeof figure === 'number' && figure <= most && figure >= least }]
  }))
  if (Object.values(result.targets).some(({ reached }) => !reached)) process.exitCode = 1
}

const told = (result: BenchResult) => Object.keys(result.figures).map((key) => toldOne(result, key)).join(', ') || 'no figures'

function toldOne ({ figures, targets = {} }: BenchResult, key: string): string {
  const target = targets[key]
  if (target === undefined) return `${key} ${figures[key]}`
  const bounds = [...target.most === undefined ? [] : [`≤ ${target.most}`], ...target.least === undefined ? [] : [`≥ ${target.least}`]].join(' and ')
  return `${key} ${figures[key]} (${bounds}: ${target.reached ? 'PASS' : 'MISSED'})`
}

/** The p-th percentile by nearest rank: a value that was really measured, never one in between. */
export function percentile (values: readonly number[], p: number): number {
  if (values.length === 0) return NaN
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(p / 100 * sorted.length) - 1)]!
}

/** The names of all benchmarks: the files of this folder that are not the harness or a test. */
export async function benchmarks (): Promise<string[]> {
  const files = await readdir(fileURLToPath(new URL('.', import.meta.url)))
  return files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'bench.ts').map((file) => file.slice(0, -3)).sort()
}

async function time (runs: number, act: (run: number) => unknown): Promise<number[]> {
  const ms: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    await act(run)
    ms.push(performance.now() - start)
  }
  return ms
}

function machine () {
  const cores = cpus()
  return {
    date: new Date().toISOString(),
    node: process.version,
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30)
  }
}

/** Four significant digits: more would be noise in the diff of a result file. */
function rounded (figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) =>
    [key, typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value]))
}

async function save (dir: string, result: BenchResult): Promise<void> {
  await mkdir(dir, { recursive: true })
  await writeFile(`${dir}/${result.name}.json`, JSON.stringify(result, null, 2) + '\n')
}
