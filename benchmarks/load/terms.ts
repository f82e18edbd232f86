import { BOUNDS, walkSettings } from '../../engine/affinity/weights.js'
import { ANSWERS } from '../../engine/projection/answers.js'
import type { GraphArrays } from '../../engine/projection/arrays.js'
import type { Prior } from '../../models/affinity.js'

type Row = Record<string, unknown> & { id: string, value: number, why: string }
interface Looking { arrays: GraphArrays, prior: Prior, exact: boolean }
interface Match { id: string, score: number, ways: unknown }

const DAY = '2026-11-01'
const LABELS = ['Member', 'Brand']
const LEFT_OUT = new Set(['blocked', 'own', 'partnered', 'seen'])
const PATHS = 3

/** The graph terms of one discover: the queries of `affinity/rank`, in its order and with its parameters, and their values summed. */
export function matches ({ arrays, prior, exact }: Looking, seekerId: string, limit: number): Match[] {
  const ask = (name: string, parameters: object) => ANSWERS[`affinity/${name}`]!(arrays, parameters as never, exact) as Row[]
  const seen = { viewerId: seekerId, now: DAY }
  ask('profiles', { ids: [seekerId] })
  ask('feedback', { entityId: seekerId, now: DAY, limit: 1_000 })
  const seeds = seedsOf(ask('seeds', { ...seen, entityId: seekerId, limit: BOUNDS.seeds }))
  const gone = new Set(ask('excluded', { entityId: seekerId, now: DAY }).filter(({ why }) => LEFT_OUT.has(why)).map(({ id }) => id))

  const common = { ...seen, seeds, seekerId, degreeMax: BOUNDS.degreeMax }
  const walking = { ...common, ...walkSettings(prior), labels: LABELS }
  const near = ask('candidates', { ...common, labels: LABELS, limit: BOUNDS.candidates })
  const far = ask('walk', { ...walking, candidateIds: [], limit: BOUNDS.candidates })
  const found = [...new Set([...near, ...far].map(({ id }) => id).concat(Object.keys(seeds)))].filter((id) => id !== seekerId && !gone.has(id)).sort()
  const ids = ask('profiles', { ids: found }).map(({ id }) => id)

  const paths = ask('paths', { ...common, candidateIds: ids })
  const known = new Set(far.map(({ id }) => id))
  const missing = far.length < BOUNDS.candidates ? [] : ids.filter((id) => !known.has(id))
  const more = missing.length === 0 ? [] : ask('walk', { ...walking, candidateIds: missing, limit: missing.length })

  const best = summed(ids, [paths, far, more]).slice(0, limit)
  const ways = new Map(ask('walk-paths', { ...walking, candidateIds: best.map(({ id }) => id), paths: PATHS }).map((row) => [row.id, row['paths']]))
  return best.map((one) => ({ ...one, ways: ways.get(one.id) ?? [] }))
}

/** The first of the walk alone. */
export function walked ({ arrays, prior, exact }: Looking, seekerId: string, limit: number): string[] {
  const ask = (name: string, parameters: object) => ANSWERS[`affinity/${name}`]!(arrays, parameters as never, exact) as Row[]
  const seeds = seedsOf(ask('seeds', { viewerId: seekerId, now: DAY, entityId: seekerId, limit: BOUNDS.seeds }))
  const bounds = walkSettings(prior)
  return ask('walk', { seeds, seekerId, viewerId: seekerId, now: DAY, labels: LABELS, candidateIds: [], ...bounds, limit }).map(({ id }) => id)
}

/** By id; nobody in these graphs has two facts about one thing, or an audience. */
const seedsOf = (rows: Row[]) => Object.fromEntries(rows.map((row) => [row.id, [{ ...row, share: 0 }]]))

function summed (ids: string[], terms: Row[][]): { id: string, score: number }[] {
  const scores = new Map(ids.map((id) => [id, 0]))
  for (const rows of terms) {
    for (const { id, value } of rows) {
      const held = scores.get(id)
      if (held !== undefined) scores.set(id, held + value)
    }
  }
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}
