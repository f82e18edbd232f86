import { BOUNDS, WALK } from '../affinity/weights.js'
import { EngineError } from '../errors.js'
import { evaluateTask, hiddenCut, limited, startOf, tune, type Settings, type Task } from './cold.js'
import type { Figures } from './metrics.js'
import { checkTest, readFacts, readIds, readPairs, type Pairs } from './read.js'
import { evaluateServed } from './served.js'
import { readItems, type Evidence, type Items } from './views.js'
import { evaluateWarm } from './warm.js'

/** How far a long task has come; `phase` as it is told to a person. */
export type OnProgress = (phase: string, done: number, total: number) => void

interface Request { train: string, test: string, k: number, tune: boolean, onProgress: OnProgress }
/** `apart`: also by one kind of evidence alone. */
export interface ColdRequest extends Request { facts: string, candidates: string, apart: boolean }
/** `served`: by what `discover` serves today, without what is learnt beside it. */
export interface WarmRequest extends Request { validShare: number, served?: boolean }

/** What came out, with what it was made: settings by name, and the seconds of each phase. `apart`: by one kind of evidence alone. */
export interface Evaluation {
  figures: Figures
  settings: Record<string, number>
  validation: { recall: number, ndcg: number } | null
  apart: Partial<Record<Evidence, Figures>>
  phases: Record<string, number>
}

/** Users of the search, and rounds of it; `--tune` looks harder. */
const SEARCH = { quick: { usersMax: 400, rounds: 1 }, thorough: { usersMax: 1_500, rounds: 2 } }

/** Hidden items ranked from facts alone; weights chosen on items hidden from the training part, never on the test file. */
export async function evaluateCold (request: ColdRequest): Promise<Evaluation> {
  const { k, onProgress } = request
  const lap = stopwatch()
  const [train, test] = await Promise.all([readPairs(request.train), readPairs(request.test)])
  const [facts, candidates] = await Promise.all([readFacts(request.facts), readIds(request.candidates)])
  checkTest(train, test, request.test)
  checkCandidates(train, test, candidates, request)
  lap.end('read')
  const items = readItems(facts, train, candidates)
  if (items.views.length === 0) throw new EngineError('invalid_argument', `${request.facts} says nothing about items; "article:17" stands for item 17.`)
  const task = taskOf(items, train, test, candidates)
  lap.end('views')

  const { usersMax, rounds } = request.tune ? SEARCH.thorough : SEARCH.quick
  const cut = hiddenCut(task, { usersMax })
  const search = (start: Settings) => {
    let tried = 0
    const most = 1 + 4 * rounds * items.views.length // fewer where a first step helps
    return tune(items, cut, start, { k, rounds, onTried: () => { onProgress('settings', ++tried, most) } })
  }
  const best = await search(startOf(items.views))
  lap.end('settings')
  const figures = await evaluateTask(items, task, best.settings, k, (done, total) => { onProgress('ranking', done, total) })
  lap.end('ranking')

  const apart: Evaluation['apart'] = {}
  for (const evidence of request.apart ? ['attributes', 'links'] as const : []) {
    if (items.views.every((view) => view.evidence !== evidence)) continue
    const { settings } = await search(limited(startOf(items.views), items.views, evidence))
    apart[evidence] = await evaluateTask(items, task, settings, k, (done, total) => { onProgress(`${evidence} alone`, done, total) })
    lap.end(`${evidence} alone`)
  }
  return { figures, settings: named(items, best.settings), validation: { recall: best.recall, ndcg: best.ndcg }, apart, phases: lap.phases }
}

/** The other items of people who have some already. */
export async function evaluatePairs (request: WarmRequest): Promise<Evaluation> {
  const lap = stopwatch()
  const [train, test] = await Promise.all([readPairs(request.train), readPairs(request.test)])
  checkTest(train, test, request.test)
  lap.end('read')
  const { k, tune, validShare, onProgress } = request
  if (request.served === true) {
    const figures = await evaluateServed({ train, test, k, onUser: (done) => { onProgress('ranking', done, test.size) } })
    lap.end('ranking')
    return { figures, settings: { ...WALK, ...BOUNDS }, validation: null, apart: {}, phases: lap.phases }
  }
  const { settings, validation, ...figures } = await evaluateWarm({ train, test, k, tune, validShare, log: (phase) => { onProgress(phase, 0, 0) } })
  lap.end('learning and ranking')
  const { walk, factors, rank, pool } = settings
  const { recall, ndcg, coverage, users } = figures
  return { figures: { recall, ndcg, coverage, users }, settings: { ...walk, ...factors, ...rank, pool }, validation, apart: {}, phases: lap.phases }
}

function checkCandidates (train: Pairs, test: Pairs, candidates: string[], request: ColdRequest): void {
  const hidden = new Set(candidates)
  for (const [user, items] of train) {
    const item = items.find((id) => hidden.has(id))
    if (item === undefined) continue
    throw new EngineError('invalid_argument', `${request.train}: user ${user} has item ${item}, which ${request.candidates} hides; a hidden item must have no users.`)
  }
  for (const [user, items] of test) {
    const item = items.find((id) => !hidden.has(id))
    if (item !== undefined) throw new EngineError('invalid_argument', `${request.test}: user ${user} wants item ${item}, which is not in ${request.candidates}.`)
  }
}

function taskOf (items: Items, train: Pairs, test: Pairs, candidates: string[]): Task {
  const indices = (ids: string[]) => ids.map((id) => items.indexOf.get(id)!)
  return { candidates: indices(candidates), users: [...train].map(([user, ids]) => ({ known: indices(ids), wanted: new Set(indices(test.get(user) ?? [])) })) }
}

const named = ({ views }: Items, { weights, lambda, steps }: Settings): Record<string, number> =>
  ({ ...Object.fromEntries(views.map(({ name }, v) => [name, weights[v]!])), lambda, steps })

function stopwatch () {
  const phases: Record<string, number> = {}
  let last = performance.now()
  return {
    phases,
    end (phase: string): void {
      const now = performance.now()
      phases[phase] = (now - last) / 1_000
      last = now
    }
  }
}
