import type { Term } from '../../models/affinity.js'
import { LABELS, type Label } from '../../models/vocabulary.js'
import type { Row } from '../graph/graph.js'
import { asked as weigh, type GraphArrays } from './arrays.js'
import { holds, lasts, type Said } from './said.js'
import { atMost, labelMask, Most, order, placed, Sums, type Seeds } from './scratch.js'
import { walk } from './walk.js'
import { walkPaths } from './ways.js'

/**
 * Queries of `cypher/` answered from the arrays: the same parameters, the same rows. What they mean is written in the files of their names;
 * a test holds the two together on random graphs.
 */
export type ArrayAnswer = (arrays: GraphArrays, parameters: never, exact: boolean) => Row[]

interface Asked { now: string, viewerId: string }
interface FromSeeds extends Asked { seeds: Seeds, seekerId: string, degreeMax: number }

function seeds (arrays: GraphArrays, { entityId, viewerId, now, limit }: Asked & { entityId: string, limit: number }) {
  const n = arrays.numbers.get(entityId)
  if (n === undefined) return []
  const { neighbor, fact, says, said, labels, ids, names, count } = arrays
  const slots: number[] = []
  for (let k = arrays.start[n]!, end = k + count[n]!; k < end; k++) {
    if (labels[neighbor[k]!] !== AMOUNT && holds(said[says[fact[k]!]!]!, now, viewerId)) slots.push(k)
  }
  const weightAt = (k: number) => Math.abs(said[says[fact[k]!]!]!.weight)
  const first = atMost(slots, limit, (a, b) =>
    weightAt(b) - weightAt(a) || count[neighbor[a]!]! - count[neighbor[b]!]! || order(ids[neighbor[a]!]!, ids[neighbor[b]!]!))
  return first.map((k) => {
    const x = neighbor[k]!
    const { weight, confidence, wish } = said[says[fact[k]!]!]!
    return { id: ids[x]!, label: arrays.label(x), name: names[x]!, factId: arrays.factId(fact[k]!), weight, confidence, wish }
  })
}

const AMOUNT = LABELS.indexOf('Amount')
const scores = new Sums()

function candidates (arrays: GraphArrays, asking: FromSeeds & { labels: Label[], limit: number }) {
  const { seeds, seekerId, degreeMax, limit, labels } = asking
  const wanted = labelMask(labels)
  const vias = viasOf(arrays, seeds, degreeMax)
  let facts = 0
  for (const { via } of vias) facts += arrays.count[via]!
  scores.ready(Math.min(arrays.nodes, facts))
  for (const { via, told } of vias) {
    let weight = 0
    for (const seed of told) weight += Math.max(0, seed.weight)
    if (weight > 0) lend(arrays, asking, via, weight / commonness(arrays.count[via]!))
  }
  return mostLent(arrays, { wanted, seeker: arrays.numbers.get(seekerId) ?? -1, limit })
}

/** The seeds by number, without hubs. */
function viasOf (arrays: GraphArrays, seeds: Seeds, degreeMax: number) {
  const vias: { via: number, told: Seeds[string] }[] = []
  for (const id in seeds) {
    const via = arrays.numbers.get(id)
    if (via !== undefined && arrays.count[via]! <= degreeMax) vias.push({ via, told: seeds[id]! })
  }
  return vias
}

function mostLent (arrays: GraphArrays, { wanted, seeker, limit }: { wanted: Uint8Array, seeker: number, limit: number }) {
  const { keys, values, touched, size } = scores
  const most = new Most(limit)
  for (let i = 0; i < size; i++) {
    const n = keys[touched[i]!]! - 1
    const score = values[2 * touched[i]!]!
    if (score >= most.least && wanted[arrays.labels[n]!] === 1 && n !== seeker) most.offer(n, score)
  }
  const rows: { id: string, score: number }[] = []
  const nodes = most.take(arrays.ids)
  for (let i = 0; i < nodes.length; i++) rows.push({ id: arrays.ids[nodes[i]!]!, score: most.sizes[i]! })
  return rows
}

/** What one seed lends to its neighbors. */
function lend (arrays: GraphArrays, asking: Asked, via: number, share: number): void {
  const { neighbor, weight, start, count } = arrays
  for (let k = start[via]!, end = k + count[via]!; k < end; k++) {
    let w = weight[k]!
    if (w !== w) w = weigh(arrays, k, asking) // eslint-disable-line no-self-compare
    if (w > 0) scores.add(neighbor[k]!, share * w, 0)
  }
}

const commonness = (degree: number) => Math.log(Math.max(2, degree))

type PathRow = Row & { id: string, value: number, viaId: string, factId: string, seedFactId: string }
const places = new Sums()

/** Row by row into a drawer for each candidate, since sorting few at a time is quicker than all. */
function paths (arrays: GraphArrays, { seeds, seekerId, viewerId, candidateIds, degreeMax, now }: FromSeeds & { candidateIds: string[] }) {
  const { neighbor, fact, says, start, count } = arrays
  const nodes = ascending(candidateIds).map((id) => id === seekerId ? undefined : arrays.numbers.get(id)).filter((n) => n !== undefined)
  const place = placed(places, nodes)
  const drawers: PathRow[][] = nodes.map(() => [])
  for (const { via, told } of viasOf(arrays, seeds, degreeMax)) {
    for (let k = start[via]!, end = k + count[via]!; k < end; k++) {
      const at = place.of(neighbor[k]!)
      if (at === 0) continue
      const said = arrays.said[says[fact[k]!]!]!
      if (!holds(said, now, viewerId)) continue
      for (const seed of told) addPath(drawers[at - 1]!, arrays, { via, k, said, seed })
    }
  }
  const all: PathRow[] = []
  for (const rows of drawers) for (const row of rows.length > 1 ? rows.sort(byWorth) : rows) all.push(row)
  return all
}

/** Each once and sorted, which they mostly are when they come. */
function ascending (ids: string[]): string[] {
  for (let i = 1; i < ids.length; i++) if (ids[i - 1]! >= ids[i]!) return [...new Set(ids)].sort()
  return ids
}

const byWorth = (a: PathRow, b: PathRow) => Math.abs(b.value) - Math.abs(a.value) ||
  order(a.viaId, b.viaId) || order(a.factId, b.factId) || order(a.seedFactId, b.seedFactId)

interface Path { via: number, k: number, said: Said, seed: Seeds[string][number] }

function addPath (rows: PathRow[], arrays: GraphArrays, { via, k, said, seed }: Path): void {
  const accord = seed.weight * said.weight
  if (!(accord < 0 || (seed.weight > 0 && said.weight > 0))) return
  const term = termOf(accord, arrays.label(via), seed.wish !== said.wish)
  rows.push({
    id: arrays.ids[arrays.neighbor[k]!]!,
    term,
    value: worth(arrays, via, term, accord, seed.share),
    viaId: arrays.ids[via]!,
    viaName: arrays.names[via]!,
    seedFactId: seed.factId,
    factId: arrays.factId(arrays.fact[k]!),
    confidence: seed.confidence * said.confidence
  })
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
    if (why !== null) rows.set(`${why} ${other}`, { id: arrays.ids[other]!, why })
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
  const rows: Row[] = []
  for (const id of ids) {
    const n = arrays.numbers.get(id)
    if (n !== undefined) rows.push({ id, label: arrays.label(n), name: arrays.names[n]!, visibleTo: arrays.visibleTo.get(n) ?? null })
  }
  return rows
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
