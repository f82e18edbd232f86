import { meter, topK, type Figures } from './metrics.js'
import { ridge } from './ridge.js'
import { LANES, multiply } from './sparse.js'
import { joined, type Evidence, type Items, type View } from './views.js'

/**
 * Who has what, in indices of `Items`. A task ranks `candidates`, which nobody has, for users that have other items.
 * Whoever wants nothing is not asked, but what they have is known.
 */
export interface Task { users: { known: number[], wanted: Set<number> }[], candidates: number[] }

/** A weight for each view, and λ of the regression; `steps` of conjugate gradients. */
export interface Settings { weights: number[], lambda: number, steps: number }

/** As chosen on hidden training articles of citeulike-a; where each dataset's own search sets out from. */
export const STEPS = 4
const START = { attributes: 1, words: 0.5, links: 0.5, lambda: 5 }

export const startOf = (views: readonly View[]): Settings => ({
  weights: views.map(({ name, evidence }) => evidence === 'links' ? START.links : name.endsWith('(words)') ? START.words : START.attributes),
  lambda: START.lambda,
  steps: STEPS
})

export type OnRanked = (done: number, total: number) => void

/** Only one kind of evidence, or both. */
export const limited = (settings: Settings, views: readonly View[], evidence: Evidence): Settings =>
  ({ ...settings, weights: settings.weights.map((weight, v) => views[v]!.evidence === evidence ? weight : 0) })

/** Ranks the candidates for each user of a task that wants some, and measures the lists. Breathes between blocks, so that an event loop stays alive. */
export async function evaluateTask (items: Items, task: Task, settings: Settings, k: number, onProgress: OnRanked = () => {}): Promise<Figures> {
  const known = [...new Set(task.users.flatMap((user) => user.known))].sort((a, b) => a - b)
  const rowOf = new Map(known.map((item, row) => [item, row]))
  const learn = ridge(joined(items.views, settings.weights, known), settings.lambda, settings.steps)
  const features = joined(items.views, settings.weights, task.candidates)
  const found = meter(k, task.candidates.length)
  const scores = new Float32Array(task.candidates.length * LANES)
  const asked = task.users.filter(({ wanted }) => wanted.size > 0)
  for (let at = 0; at < asked.length; at += LANES) {
    const block = asked.slice(at, at + LANES)
    multiply(features, learn(block.map((user) => user.known.map((item) => rowOf.get(item)!))), scores)
    block.forEach((user, lane) => {
      const own = Float32Array.from(task.candidates, (_, c) => scores[c * LANES + lane]!)
      found.add(topK(own, k).map((c) => task.candidates[c]!), user.wanted)
    })
    onProgress(Math.min(asked.length, at + LANES), asked.length)
    await new Promise(setImmediate)
  }
  return found.figures()
}

/** A cut of the same kind within the training part: a share of its items hidden, the users that had some of them and others (at most `usersMax`). */
export function hiddenCut (task: Task, { share = 0.2, usersMax = Infinity, seed = 1 } = {}): Task {
  const items = shuffled([...new Set(task.users.flatMap(({ known }) => known))].sort((a, b) => a - b), seed)
  const candidates = items.slice(0, Math.round(share * items.length)).sort((a, b) => a - b)
  const hidden = new Set(candidates)
  const users = task.users.map(({ known }) => ({ known: known.filter((item) => !hidden.has(item)), wanted: new Set(known.filter((item) => hidden.has(item))) }))
  const asked = new Set(shuffled(users.filter(({ known, wanted }) => known.length > 0 && wanted.size > 0), seed + 1).slice(0, usersMax))
  return { users: users.map((user) => asked.has(user) ? user : { ...user, wanted: new Set<number>() }), candidates }
}

export interface Tried { settings: Settings, recall: number, ndcg: number }
export interface Search { k: number, rounds: number, onTried: (tried: Tried) => void }

/**
 * Weights and λ for this very dataset, chosen on a hidden cut of its training part and never on the test: one coordinate after the other,
 * by recall + NDCG. A view that says nothing gets 0; the first view's weight stays, since only ratios matter. `rounds` over all coordinates.
 */
export async function tune (items: Items, cut: Task, start: Settings, { k, rounds, onTried }: Search): Promise<Tried> {
  const trial = async (settings: Settings): Promise<Tried> => {
    const { recall, ndcg } = await evaluateTask(items, cut, settings, k)
    onTried({ settings, recall, ndcg })
    return { settings, recall, ndcg }
  }
  let best = await trial(start)
  const fixed = start.weights.findIndex((weight) => weight > 0)
  for (let round = 0; round < rounds; round++) {
    const width = round === 0 ? 2 : Math.SQRT2
    for (let at = 0; at <= start.weights.length; at++) {
      if (at !== fixed && start.weights[at] !== 0) best = await along(best, at, width, trial)
    }
  }
  return best
}

/** Both ways along one coordinate (the last is λ), and on in the direction that helps. */
async function along (best: Tried, at: number, width: number, trial: (settings: Settings) => Promise<Tried>): Promise<Tried> {
  for (const by of [width, 1 / width]) {
    const next = await trial(moved(best.settings, at, by))
    if (worth(next) <= worth(best)) continue
    const further = await trial(moved(next.settings, at, by))
    return worth(further) > worth(next) ? further : next
  }
  return best
}

const moved = (settings: Settings, at: number, by: number): Settings => at === settings.weights.length
  ? { ...settings, lambda: settings.lambda * by }
  : { ...settings, weights: settings.weights.map((weight, v) => v === at ? weight * by : weight) }

const worth = ({ recall, ndcg }: Tried) => recall + ndcg

/** A seeded order (mulberry32, Fisher and Yates). */
export function shuffled<T> (list: readonly T[], seed: number): T[] {
  const order = [...list]
  for (let i = order.length - 1; i > 0; i--) {
    seed = (seed + 0x6d2b79f5) | 0
    let x = Math.imul(seed ^ seed >>> 15, 1 | seed)
    x = (x + Math.imul(x ^ x >>> 7, 61 | x)) ^ x
    const j = Math.floor(((x ^ x >>> 14) >>> 0) / 2 ** 32 * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
