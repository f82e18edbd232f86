import { LABELS, type Label } from '../../models/vocabulary.js'
import type { Row } from '../graph/graph.js'
import type { GraphArrays } from './arrays.js'
import { commonness, leads, paths, pathSums, type FromSeeds } from './paths.js'
import { factsOf, pass, rounded, strongest, type Lending } from './reach.js'
import { holds, lasts, type Said } from './said.js'
import { atMost, labelBits, Most, order, seedsIn, Sums } from './scratch.js'
import { walk } from './walk.js'
import { walkPaths } from './ways.js'

/**
 * Queries of `cypher/` answered from the arrays: the same parameters, the same rows. What they mean is written in the files of their names;
 * a test holds the two together on random graphs.
 */
export type ArrayAnswer = (arrays: GraphArrays, parameters: never) => Row[]

type Asked = Pick<FromSeeds, 'now' | 'viewerId'>

function seeds (arrays: GraphArrays, { entityId, viewerId, now, limit }: Asked & { entityId: string, limit: number }) {
  const n = arrays.numbers.get(entityId)
  if (n === undefined) return []
  const { fact, says, said, labels, ids, count, idHigh, idLow } = arrays
  const slots: number[] = []
  for (let k = arrays.start[n]!, end = k + count[n]!; k < end; k++) {
    if (labels[arrays.neighborAt(k)] !== AMOUNT && holds(said[says[fact[k]!]!]!, now, viewerId)) slots.push(k)
  }
  const weightAt = (k: number) => Math.abs(said[says[fact[k]!]!]!.weight)
  const byDegree = (a: number, b: number) => count[a]! - count[b]! || order(ids[a]!, ids[b]!)
  const byFact = (a: number, b: number) => idHigh[a]! - idHigh[b]! || idLow[a]! - idLow[b]!
  const first = atMost(slots, limit, (a, b) =>
    weightAt(b) - weightAt(a) || byDegree(arrays.neighborAt(a), arrays.neighborAt(b)) || byFact(fact[a]!, fact[b]!))
  const times = first.map((k) => arrays.seen[fact[k]!]!)
  const newer = newerThan(times)
  return first.map((k, i) => {
    const { weight, confidence, wish } = said[says[fact[k]!]!]!
    const { id, label, name } = arrays.nodeAt(arrays.neighborAt(k))
    return { id, label, name, factId: arrays.factId(fact[k]!), weight, confidence, wish, newer: newer.get(times[i]!)! }
  })
}

/** For each time, how many of them are later. */
function newerThan (times: number[]): Map<number, number> {
  const newer = new Map<number, number>()
  Uint32Array.from(times).sort().reverse().forEach((time, later) => { if (!newer.has(time)) newer.set(time, later) })
  return newer
}

const AMOUNT = LABELS.indexOf('Amount')
const scores = new Sums()
const most = new Most()

function candidates (arrays: GraphArrays, asking: FromSeeds & { labels: Label[], viaFacts: number, limit: number }) {
  const { seekerId, limit, labels } = asking
  const wanted = labelBits(labels)
  const vias = strongest(arrays, lending(arrays, asking), asking.viaFacts).filter((via) => leads(arrays, via, wanted))
  scores.ready(Math.min(arrays.nodes, factsOf(arrays, vias)))
  for (const { n, lends } of vias) pass(arrays, asking, n, lends, scores)
  return mostLent(arrays, { wanted, seeker: arrays.numbers.get(seekerId) ?? -1, limit, viewerId: asking.viewerId })
}

function lending (arrays: GraphArrays, { seeds, degreeMax }: FromSeeds): Lending[] {
  const vias: Lending[] = []
  for (const { n, told } of seedsIn(arrays, seeds)) {
    if (arrays.count[n]! > degreeMax) continue
    let weight = 0
    for (const seed of told) weight += Math.max(0, seed.weight)
    if (weight > 0) vias.push({ n, lends: rounded(weight / commonness(arrays.count[n]!)) })
  }
  return vias
}

interface Wanted { wanted: number, seeker: number, limit: number, viewerId: string }

function mostLent (arrays: GraphArrays, { wanted, seeker, limit, viewerId }: Wanted) {
  const { keys, values, touched, size } = scores
  most.ready(limit)
  for (let i = 0; i < size; i++) {
    const n = keys[touched[i]!]! - 1
    const score = values[touched[i]!]!
    if (score >= most.least && wanted >> arrays.labels[n]! & 1 && n !== seeker && arrays.mayBeSeen(n, viewerId)) most.offer(n, score)
  }
  const { nodes, sizes } = most.take(arrays.ids)
  const rows: { id: string, label: Label, name: string, score: number }[] = []
  for (let i = 0; i < nodes.length; i++) {
    const { id, label, name } = arrays.nodeAt(nodes[i]!)
    rows.push({ id, label, name, score: sizes[i]! })
  }
  return rows
}

function excluded (arrays: GraphArrays, { entityId, now }: { entityId: string, now: string }) {
  const n = arrays.numbers.get(entityId)
  if (n === undefined) return []
  const rows: { id: string, why: string }[] = []
  const given = new Map<number, string>()
  for (let k = arrays.start[n]!, end = k + arrays.count[n]!; k < end; k++) {
    const f = arrays.fact[k]!
    const other = arrays.neighborAt(k)
    const said = arrays.said[arrays.says[f]!]!
    const why = reasonToLeaveOut(said, now, arrays.from[f] === n && arrays.label(other) !== 'Member' && arrays.label(other) !== 'Brand')
    if (why === null || given.get(other) === why) continue
    given.set(other, why)
    rows.push({ id: arrays.ids[other]!, why })
  }
  return rows
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
    if (n === undefined) continue
    const { label, name } = arrays.nodeAt(n)
    rows.push({ id, label, name, visibleTo: arrays.visibleTo.get(n) ?? null })
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
  'affinity/path-sums': pathSums,
  'affinity/walk': walk,
  'affinity/walk-paths': walkPaths,
  'affinity/excluded': excluded,
  'affinity/feedback': feedback,
  'affinity/profiles': profiles,
  'affinity/told': told
}
