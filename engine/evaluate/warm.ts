import { openCrew, type Crew } from './crew.js'
import { learn, measure } from './learn.js'
import type { Figures } from './metrics.js'
import { cut, numbered, ordered, shuffled, type TimedPairs } from './pairs.js'
import { sceneOf, stage } from './scene.js'
import { SETTINGS, type Settings } from './settings.js'
import { choose, chooseDeep, type Chosen } from './tune.js'

export interface WarmRequest {
  /** Users and the items of each, by their names in the files. */
  train: Map<string, string[]>
  test: Map<string, string[]>
  /** The share of each user's training pairs, the newest, on which settings are chosen. */
  validShare?: number
  k?: number
  /** Choose also what is costly to choose: how the walk and the factors are built. */
  tune?: boolean
  hands?: number
  settings?: Settings
  /** Take the settings as they are. */
  fixed?: boolean
  log?: (message: string) => void
}
export interface WarmResult extends Figures { validation: Chosen['score'], settings: Settings }

/** Learns from the training pairs and ranks, for every user of the test file, all items that the user has not seen. The test pairs choose nothing. */
export async function evaluateWarm (request: WarmRequest): Promise<WarmResult> {
  const { k = 20, hands = 2, log = () => {} } = request
  const crew = openCrew(hands)
  try {
    const train = readTrain(request.train)
    log(`${train.lists.size} users, ${train.items.size} items; their lines ${train.timed ? 'are in the order of time' : 'tell of no order'}`)
    const { settings, score } = await settle(crew, train, { ...request, k, log })
    const test = numbered(request.test, train.items) // not before everything is chosen
    const scene = await stage(crew, sceneOf('test', train, test.lists))
    await learn(crew, scene, settings, log)
    return { ...await measure(crew, scene, settings, { k }), validation: score, settings }
  } finally {
    await crew.close()
  }
}

function readTrain (pairs: Map<string, string[]>): TimedPairs {
  const train = numbered(pairs)
  const timed = ordered(train)
  return { items: train.items, lists: timed ? train.lists : shuffled(train.lists, 1), timed }
}

/** Settings, and how they do on the pairs that were hidden to choose them. */
async function settle (crew: Crew, train: TimedPairs, request: WarmRequest & { k: number, log: (message: string) => void }): Promise<Chosen> {
  const { fixed = false, tune = false, settings = SETTINGS, validShare = 0.2 } = request
  if (fixed) return { settings, score: null }
  const { kept, hidden } = cut(train.lists, validShare)
  const scene = await stage(crew, sceneOf('validation', { ...train, lists: kept }, hidden))
  return (tune ? chooseDeep : choose)(crew, scene, settings, request)
}
