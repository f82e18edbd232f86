import { EngineError } from '../../engine/errors.js'
import { evaluateCold, evaluatePairs, type Evaluation, type OnProgress } from '../../engine/evaluate/evaluate.js'
import { progress } from '../progress.js'
import { table } from '../terminal.js'
import { print } from './open.js'

interface Options {
  train: string, test: string, facts?: string, candidates?: string, validShare: number, k: number, json?: boolean, tune?: boolean, served?: boolean
}

/** How good the lists are, on files; no store is opened, nothing is stored. */
export async function evaluate (options: Options): Promise<void> {
  const start = performance.now()
  const bar = progress(process.stderr)
  const result = await run(options, bar.update).finally(bar.stop)
  const seconds = (performance.now() - start) / 1_000
  const { recall, ndcg, coverage, users } = result.figures
  if (options.json) return print(JSON.stringify({ recall, ndcg, coverage, users, seconds }))
  tell(result, options.k, seconds)
}

function run ({ facts, candidates, tune = false, json = false, served = false, ...files }: Options, onProgress: OnProgress): Promise<Evaluation> {
  if (facts === undefined && candidates === undefined) return evaluatePairs({ ...files, tune, served, onProgress })
  if (facts === undefined || candidates === undefined) {
    throw new EngineError('invalid_argument', 'A cold start needs both --facts (what is known of the items) and --candidates (the hidden ones).')
  }
  return evaluateCold({ ...files, facts, candidates, tune, apart: !json, onProgress })
}

function tell ({ figures, settings, validation, apart, phases }: Evaluation, k: number, seconds: number): void {
  const row = (evidence: string, { recall, ndcg, coverage, users }: Evaluation['figures']) =>
    ({ evidence, [`recall@${k}`]: recall.toFixed(4), [`NDCG@${k}`]: ndcg.toFixed(4), coverage: coverage.toFixed(3), users })
  print(table([row('all', figures), ...Object.entries(apart).map(([evidence, part]) => row(evidence, part))]))
  const list = (values: Record<string, number>, unit = '') => Object.entries(values).map(([name, value]) => `${name} ${Number(value.toFixed(3))}${unit}`).join(', ')
  if (Object.keys(settings).length > 0) print(`\nsettings     ${list(settings)}`)
  if (validation !== null) print(`validation   ${list(validation)} (a part of the training file, hidden)`)
  print(`phases       ${list(phases, ' s')}\ntime         ${seconds.toFixed(1)} s\npeak memory  ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`)
}
