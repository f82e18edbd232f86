import type { Term } from '../../models/affinity.js'
import type { Label } from '../../models/vocabulary.js'
import type { GraphArrays } from './arrays.js'
import { factsOf } from './reach.js'
import { holds, type Said } from './said.js'
import { labelBits, order, placed, seedsIn, Sums, type Seeds, type Told } from './scratch.js'
import { NODE } from './slots.js'

export interface FromSeeds { now: string, viewerId: string, seeds: Seeds, seekerId: string, degreeMax: number }
type AskingPaths = FromSeeds & { candidateIds: string[], labels: Label[] }

export const commonness = (degree: number) => Math.log(Math.max(2, degree))

/** Whether something leads to anybody who is wanted. */
export const leads = (arrays: GraphArrays, { n }: { n: number }, wanted: number) => (arrays.around[n]! & wanted) !== 0

/** The seeds without hubs and those that lead to nobody who is wanted. */
function viasOf (arrays: GraphArrays, { seeds, degreeMax, labels }: AskingPaths): Via[] {
  const wanted = labelBits(labels)
  const vias: Via[] = []
  for (const seed of seedsIn(arrays, seeds)) {
    const { n, told } = seed
    if (arrays.count[n]! > degreeMax || !leads(arrays, seed, wanted)) continue
    vias.push({ n, told, label: arrays.label(n), commonness: commonness(arrays.count[n]!), momentum: arrays.momentum.get(n) ?? 0.5 })
  }
  return vias
}

/** What is shared, and what divides the worth of having it in common. */
interface Via extends Told { label: Label, commonness: number, momentum: number }
/** A path in numbers: from a seed by what is shared to a candidate, who has a place among those asked for. */
interface Path { candidate: number, via: Via, fact: number, said: Said, seed: Seeds[string][number], term: Term, value: number }
type Heard = (candidate: number, term: Term, value: number, via: Via, fact: number, said: Said, seed: Seeds[string][number]) => void
const places = new Sums()

/** The paths from the seeds to each candidate, as `affinity/paths` defines them. */
export function paths (arrays: GraphArrays, asking: AskingPaths) {
  const [vias, candidates] = endsOf(arrays, asking)
  const found: Path[] = []
  between(arrays, asking, { vias, candidates }, (candidate, term, value, via, fact, said, seed) => {
    found.push({ candidate, term, value, via, fact, said, seed })
  })
  return found.map(({ candidate, via, fact, said, seed, term, value }) => ({
    id: arrays.ids[candidates[candidate]!.n]!,
    term,
    value,
    viaId: arrays.ids[via.n]!,
    viaName: arrays.names[via.n]!,
    seedFactId: seed.factId,
    factId: arrays.factId(fact),
    confidence: seed.confidence * said.confidence
  })).sort((a, b) => order(a.id, b.id) || Math.abs(b.value) - Math.abs(a.value) ||
    order(a.viaId, b.viaId) || order(a.factId, b.factId) || order(a.seedFactId, b.seedFactId))
}

const TERMS = ['conflict', 'trend', 'audience', 'goal', 'shared'] as const

/** The same summed, for each candidate by term. */
export function pathSums (arrays: GraphArrays, asking: AskingPaths) {
  const [vias, candidates] = endsOf(arrays, asking)
  const sums = new Float64Array(TERMS.length * candidates.length)
  between(arrays, asking, { vias, candidates }, (candidate, term, value) => { sums[TERMS.length * candidate + TERMS.indexOf(term as 'goal')]! += value })
  const rows: { id: string, term: Term, value: number }[] = []
  for (let i = 0; i < sums.length; i++) {
    if (sums[i] !== 0) rows.push({ id: arrays.ids[candidates[Math.floor(i / TERMS.length)]!.n]!, term: TERMS[i % TERMS.length]!, value: sums[i]! })
  }
  return rows
}

/** What paths lead by and to whom; nobody, where they lead by nothing. */
function endsOf (arrays: GraphArrays, asking: AskingPaths): [Via[], { n: number }[]] {
  const { candidateIds, seekerId } = asking
  const vias = viasOf(arrays, asking)
  const candidates: { n: number }[] = []
  if (vias.length === 0) return [vias, candidates]
  for (const id of candidateIds) {
    const n = id === seekerId ? undefined : arrays.numbers.get(id)
    if (n !== undefined) candidates.push({ n })
  }
  return [vias, candidates]
}

/** Tells of every path by a fact between a seed and a candidate, looked for from whichever side has fewer facts. */
function between (arrays: GraphArrays, { viewerId, now }: AskingPaths, { vias, candidates }: { vias: Via[], candidates: { n: number }[] }, hear: Heard): void {
  const { slot, fact, says, said, start, count } = arrays
  const fromVias = factsOf(arrays, vias) <= factsOf(arrays, candidates)
  const [near, far] = fromVias ? [vias, candidates] : [candidates, vias]
  const place = placed(places, far.map(({ n }) => n))
  for (let i = 0; i < near.length; i++) {
    const { n } = near[i]!
    for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
      const at = place.of(slot[k]! & NODE)
      if (at === 0) continue
      const saying = said[says[fact[k]!]!]!
      if (holds(saying, now, viewerId)) join(fromVias ? at - 1 : i, vias[fromVias ? i : at - 1]!, fact[k]!, saying, hear)
    }
  }
}

/** A path for each thing that is known of the seeker there; that both shun a thing brings nobody together. */
function join (candidate: number, via: Via, fact: number, said: Said, hear: Heard): void {
  for (const seed of via.told) {
    const accord = seed.weight * said.weight
    if (!(accord < 0 || (seed.weight > 0 && said.weight > 0))) continue
    const term = termOf(accord, via.label, seed.wish !== said.wish)
    hear(candidate, term, worth(via, term, accord, seed.share), via, fact, said, seed)
  }
}

function termOf (accord: number, label: Label, met: boolean): Term {
  if (accord < 0) return 'conflict'
  if (label === 'Trend') return 'trend'
  if (label === 'Demographic') return 'audience'
  return met ? 'goal' : 'shared'
}

function worth ({ commonness, momentum }: Via, term: Term, accord: number, share: number): number {
  if (term === 'audience') return accord * share
  if (term === 'trend') return accord * momentum
  return accord / commonness
}
