import type { Term } from '../../models/affinity.js'
import type { Label } from '../../models/vocabulary.js'
import type { Row } from '../graph/graph.js'
import { asked as weigh, holds, lasts, type GraphArrays, type Said } from './arrays.js'
import { labelMask, mostOf, Sums, type Seeds } from './scratch.js'
import type { Lists } from './lists.js'
import { walk, walkPaths } from './walk.js'

/**
 * Queries of `cypher/` answered from the arrays: the same parameters, the same rows. What they mean is written in the files of their names;
 * a test holds the two together on random graphs.
 */
export type ArrayAnswer = (arrays: GraphArrays, parameters: never, lists: Lists | null) => Row[]

interface Asked { now: string, viewerId: string }
interface FromSeeds extends Asked { seeds: Seeds, seekerId: string, degreeMax: number }

function seeds (arrays: GraphArrays, { entityId, viewerId, now, limit }: Asked & { entityId: string, limit: number }) {
  const n = arrays.numbers.get(entityId)
  if (n === undefined) return []
  const rows: (Row & { id: string, weight: number, degree: number })[] = []
  for (let k = arrays.start[n]!, end = k + arrays.count[n]!; k < end; k++) {
    const said = arrays.said[arrays.says[arrays.fact[k]!]!]!
    const x = arrays.neighbor[k]!
    if (arrays.label(x) === 'Amount' || !holds(said, now, viewerId)) continue
    const { weight, confidence, wish } = said
    const factId = arrays.factId(arrays.fact[k]!)
    rows.push({ id: arrays.ids[x]!, label: arrays.label(x), name: arrays.names[x]!, factId, weight, confidence, wish, degree: arrays.count[x]! })
  }
  rows.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || a.degree - b.degree || (a.id < b.id ? -1 : 1))
  return rows.slice(0, limit).map(({ degree, ...row }) => row)
}

const scores = new Sums()

function candidates (arrays: GraphArrays, asking: FromSeeds & { labels: Label[], limit: number }) {
  const { seeds, seekerId, degreeMax, limit, labels } = asking
  const wanted = labelMask(labels)
  const seeker = arrays.numbers.get(seekerId)
  scores.ready(arrays.nodes)
  for (const [viaId, told] of Object.entries(seeds)) {
    const via = arrays.numbers.get(viaId)
    const weight = told.reduce((sum, seed) => sum + Math.max(0, seed.weight), 0)
    if (via === undefined || weight === 0 || arrays.count[via]! > degreeMax) continue
    const share = weight / commonness(arrays.count[via]!)
    for (let k = arrays.start[via]!, end = k + arrays.count[via]!; k < end; k++) {
      const to = arrays.neighbor[k]!
      const lent = wanted[arrays.labels[to]!] === 0 ? 0 : weigh(arrays, k, asking)
      if (lent > 0 && to !== seeker) scores.add(to, share * lent)
    }
  }
  return mostOf(scores.touched, scores.size, scores.values, limit, arrays.ids).map((n) => ({ id: arrays.ids[n]!, score: scores.values[n]! }))
}

const commonness = (degree: number) => Math.log(Math.max(2, degree))

type PathRow = Row & { id: string, value: number, viaId: string, factId: string, seedFactId: string }

function paths (arrays: GraphArrays, { seeds, seekerId, viewerId, candidateIds, degreeMax, now }: FromSeeds & { candidateIds: string[] }) {
  const wanted = new Set(candidateIds.map((id) => id === seekerId ? undefined : arrays.numbers.get(id)))
  const rows: PathRow[] = []
  for (const [viaId, told] of Object.entries(seeds)) {
    const via = arrays.numbers.get(viaId)
    if (via === undefined || arrays.count[via]! > degreeMax) continue
    for (let k = arrays.start[via]!, end = k + arrays.count[via]!; k < end; k++) {
      if (!wanted.has(arrays.neighbor[k]!)) continue
      const said = arrays.said[arrays.says[arrays.fact[k]!]!]!
      if (!holds(said, now, viewerId)) continue
      for (const seed of told) {
        const row = path(arrays, via, k, said, seed)
        if (row !== null) rows.push(row)
      }
    }
  }
  return rows.sort((a, b) => order(a.id, b.id) || Math.abs(b.value) - Math.abs(a.value) ||
    order(a.viaId, b.viaId) || order(a.factId, b.factId) || order(a.seedFactId, b.seedFactId))
}

const order = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0

function path (arrays: GraphArrays, via: number, k: number, said: Said, seed: Seeds[string][number]): PathRow | null {
  const accord = seed.weight * said.weight
  if (!(accord < 0 || (seed.weight > 0 && said.weight > 0))) return null
  const term = termOf(accord, arrays.label(via), seed.wish !== said.wish)
  return {
    id: arrays.ids[arrays.neighbor[k]!]!,
    term,
    value: worth(arrays, via, term, accord, seed.share),
    viaId: arrays.ids[via]!,
    viaName: arrays.names[via]!,
    seedFactId: seed.factId,
    factId: arrays.factId(arrays.fact[k]!),
    confidence: seed.confidence * said.confidence
  }
}

function termOf (accord: number, label: Label, met: boolean): Term {
  if (accord < 0) return 'conflict'
  if (label === 'Trend') return 'trend'
  if (label === 'Demographic') return 'audience'
  return met ? 'goal' : 'shared'
}

function worth (arrays: GraphArrays, via: number, term: Term, accord: number, share: number): number {
  if (term === 'audience') return accord * share
  if (term === 'trend') return accord * (arrays.momentum.get(via) ?? 0.5)
  return accord / commonness(arrays.count[via]!)
}

function excluded (arrays: GraphArrays, { entityId, now }: { entityId: string, now: string }) {
  const n = arrays.numbers.get(entityId)
  if (n === undefined) return []
  const rows = new Map<string, { id: string, why: string }>()
  for (let k = arrays.start[n]!, end = k + arrays.count[n]!; k < end; k++) {
    const f = arrays.fact[k]!
    const other = arrays.neighbor[k]!
    const said = arrays.said[arrays.says[f]!]!
    const why = reasonToLeaveOut(said, now, arrays.from[f] === n && arrays.label(other) !== 'Member' && arrays.label(other) !== 'Brand')
    const id = arrays.ids[other]!
    if (why !== null) rows.set(`${id}\t${why}`, { id, why })
  }
  return [...rows.values()]
}

const OWN = new Set(['CREATES', 'OWNS', 'FOUNDED', 'WORKS_FOR'])

function reasonToLeaveOut (said: Said, now: string, isThing: boolean): string | null {
  const dealt = said.relation === 'PARTNERED_WITH' && said.dealtTo > now
  if (!dealt && !(said.witnessed && lasts(said, now))) return null
  if (said.relation === 'BLOCKS' && said.polarity === '+') return 'blocked'
  if (dealt) return 'partnered'
  return said.polarity === '-' || said.modality !== 'certain' ? null : whatItIs(said, isThing)
}

function whatItIs ({ relation }: Said, isThing: boolean): string | null {
  if (OWN.has(relation)) return 'own'
  if (relation === 'PARTNERED_WITH') return 'partnered'
  return isThing ? 'seen' : null
}

function feedback (arrays: GraphArrays, { entityId, now, limit }: { entityId: string, now: string, limit: number }) {
  const stances = arrays.stances.get(arrays.numbers.get(entityId) ?? -1) ?? []
  const day = now.slice(0, 10)
  const rows = stances.filter(({ at }) => at.slice(0, 10) <= day).sort((a, b) => order(b.at, a.at) || order(a.targetId, b.targetId))
  return rows.slice(0, limit).map((stance) => ({ ...stance }))
}

function profiles (arrays: GraphArrays, { ids }: { ids: string[] }) {
  return ids.flatMap((id) => {
    const n = arrays.numbers.get(id)
    return n === undefined ? [] : [{ id, label: arrays.label(n), name: arrays.names[n]!, visibleTo: arrays.visibleTo.get(n) ?? null }]
  })
}

interface Step { from: string, to: string, factId: string }

function told (arrays: GraphArrays, { facts }: { facts: Step[] }) {
  const rows = new Map<string, Row>()
  for (const { from, to, factId } of facts) {
    if (rows.has(factId)) continue
    const f = arrays.factBetween(from, factId, to)
    if (f === null) continue
    const { relation, lemma, polarity, modality, visibleTo } = arrays.said[arrays.says[f]!]!
    const [subject, object] = [arrays.ids[arrays.from[f]!]!, arrays.ids[arrays.to[f]!]!]
    rows.set(factId, { factId, subject, relation, lemma, object, polarity, modality, visibleTo })
  }
  return [...rows.values()]
}

export const ANSWERS: Record<string, ArrayAnswer> = {
  'affinity/seeds': seeds,
  'affinity/candidates': candidates,
  'affinity/paths': paths,
  'affinity/walk': walk,
  'affinity/walk-paths': walkPaths,
  'affinity/excluded': excluded,
  'affinity/feedback': feedback,
  'affinity/profiles': profiles,
  'affinity/told': told
}
