import type { RankOptions } from '../learned/rank.js'
import type { Crew } from './crew.js'
import { factorize, learn, measure, share, walk } from './learn.js'
import type { Scene } from './scene.js'
import type { Settings } from './settings.js'

/** Settings chosen on pairs that the scene hides: by recall + NDCG, one setting after the other, in steps that grow smaller. */

export interface Chosen { settings: Settings, score: { recall: number, ndcg: number } | null }
interface Bounds { k: number, log: (message: string) => void }

const SAMPLE = 5000 // users
const WORTH = 2e-4 // a step must bring so much

const WALKS: Array<Partial<Settings['walk']>> = [{}, { near: 0 }, { b: 1 }]

/** The middle of the walk by a small grid, then all that costs no new rows or factors. */
export async function choose (crew: Crew, scene: Scene, from: Settings, bounds: Bounds): Promise<Chosen> {
  let settings = from
  let most = -1
  for (const change of WALKS.filter(({ near }) => near === undefined || scene.timed)) {
    const one = { ...settings.walk, ...change }
    const rank = { ...from.rank, share: 0 }
    await share(crew, scene, { rows: await walk(crew, scene, { ...from, walk: one }), vectors: null })
    const score = await measure(crew, scene, { rank, pool: from.pool }, { ...bounds, sample: SAMPLE })
    bounds.log(`b ${one.b}, near ${one.near}: ${score.recall.toFixed(4)} / ${score.ndcg.toFixed(4)}`)
    if (score.recall + score.ndcg > most) [most, settings] = [score.recall + score.ndcg, { ...from, walk: one }]
  }
  await learn(crew, scene, settings, bounds.log)
  if (scene.timed) settings = await withOrWithoutTime(crew, scene, settings, bounds)
  return refine(crew, scene, settings, bounds)
}

/** Lines in no order look like lines in the order of time; then all that is made of time is noise, and better left out at once. */
async function withOrWithoutTime (crew: Crew, scene: Scene, settings: Settings, bounds: Bounds): Promise<Settings> {
  const timeless = { ...settings, rank: { ...settings.rank, fade: 0, trend: 0 } }
  const few = { ...bounds, sample: SAMPLE }
  const timed = await measure(crew, scene, settings, few)
  const without = await measure(crew, scene, timeless, few)
  return timed.recall + timed.ndcg >= without.recall + without.ndcg ? settings : timeless
}

/** Steps, each tried up and down. */
// What needs the candidates anew stands first.
const STEPS: Array<[keyof RankOptions, number]> = [['fade', 0.3], ['a', 0.2], ['c', 0.1], ['damp', 0.2], ['share', 0.2], ['trend', 0.2], ['unseen', 0.3]]

const OF_TIME: Array<keyof RankOptions> = ['fade', 'trend']

async function refine (crew: Crew, scene: Scene, from: Settings, bounds: Bounds): Promise<Chosen> {
  const total = async (rank: RankOptions) => {
    const { recall, ndcg } = await measure(crew, scene, { rank, pool: from.pool }, { ...bounds, sample: SAMPLE })
    return recall + ndcg
  }
  let rank = from.rank
  let most = await total(rank)
  for (let turn = 0, scale = 1; turn < 4 && scale >= 0.5; turn++) {
    let better = false
    for (const [name, step] of STEPS.filter(([name]) => scene.timed || !OF_TIME.includes(name))) {
      for (const way of [scale * step, -scale * step]) {
        const other = { ...rank, [name]: Math.max(bottomOf(name), rank[name] + way) }
        const score = await total(other)
        if (score <= most + WORTH) continue
        [rank, most, better] = [other, score, true]
        break
      }
    }
    bounds.log(`${JSON.stringify(rank)}: ${most.toFixed(4)}`)
    if (!better) scale /= 2
  }
  const settings = { ...from, rank }
  return { settings, score: await measure(crew, scene, settings, bounds) }
}

const bottomOf = (name: keyof RankOptions) => name === 'c' || name === 'damp' ? -1 : 0

/** Also how the walk's middle and the factors are built, which takes a new building at every step. */
export async function chooseDeep (crew: Crew, scene: Scene, from: Settings, bounds: Bounds): Promise<Chosen> {
  let chosen = await choose(crew, scene, from, bounds)
  const attempt = async (settings: Settings) => {
    await share(crew, scene, { rows: await walk(crew, scene, settings), vectors: await factorize(crew, scene, settings) })
    const score = await measure(crew, scene, settings, { ...bounds, sample: SAMPLE })
    bounds.log(`${JSON.stringify({ ...settings.walk, ...settings.factors })}: ${score.recall.toFixed(4)} / ${score.ndcg.toFixed(4)}`)
    return score.recall + score.ndcg
  }
  let most = await attempt(chosen.settings)
  for (const change of CHANGES) {
    const settings = change(chosen.settings)
    const score = await attempt(settings)
    if (score > most + WORTH) [most, chosen] = [score, { ...chosen, settings }]
  }
  await share(crew, scene, { rows: await walk(crew, scene, chosen.settings), vectors: await factorize(crew, scene, chosen.settings) })
  return refine(crew, scene, chosen.settings, bounds)
}

type Change = (settings: Settings) => Settings
const walking = (name: 'b' | 'near', by: number): Change => (settings) => ({ ...settings, walk: { ...settings.walk, [name]: Math.max(0, settings.walk[name] + by) } })
const factoring = (name: 'penalty' | 'unobserved' | 'dimensions', times: number): Change => (settings) =>
  ({ ...settings, factors: { ...settings.factors, [name]: settings.factors[name] * times } })
const CHANGES: Change[] = [
  walking('b', 0.25), walking('b', -0.25), walking('near', 0.25), walking('near', -0.25),
  factoring('penalty', 2), factoring('penalty', 0.5), factoring('unobserved', 2), factoring('unobserved', 0.5), factoring('dimensions', 4 / 3)
]
