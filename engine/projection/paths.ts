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
function viasOf (arrays: GraphArrays, { seeds, degreeMax, wanted }: { seeds: Seeds, degreeMax: number, wanted: number }): Told[] {
  return seedsIn(arrays, seeds).filter((seed) => arrays.count[seed.n]! <= degreeMax && leads(arrays, seed, wanted))
}

/** A path in numbers: from a seed by what is shared to a candidate, who has a place among those asked for. */
interface Path { place: number, to: number, via: number, fact: number, said: Said, seed: Seeds[string][number], term: Term, value: number }
const places = new Sums()

/** The paths from the seeds to each candidate, as `affinity/paths` defines them. */
export function paths (arrays: GraphArrays, asking: AskingPaths) {
  return pathsTo(arrays, asking).map(({ to, via, fact, said, seed, term, value }) => ({
    id: arrays.ids[to]!,
    term,
    value,
    viaId: arrays.ids[via]!,
    viaName: arrays.names[via]!,
    seedFactId: seed.factId,
    factId: arrays.factId(fact),
    confidence: seed.confidence * said.confidence
  })).sort((a, b) => order(a.id, b.id) || Math.abs(b.value) - Math.abs(a.value) ||
    order(a.viaId, b.viaId) || order(a.factId, b.factId) || order(a.seedFactId, b.seedFactId))
}

/** The same summed, for each candidate by term. */
export function pathSums (arrays: GraphArrays, asking: AskingPaths) {
  const rows: { id: string, term: Term, value: number }[] = []
  const ofPlace: (typeof rows)[] = []
  for (const { place, to, term, value } of pathsTo(arrays, asking)) {
    const held = ofPlace[place] ??= []
    const known = held.find((row) => row.term === term)
    if (known !== undefined) known.value += value
    else {
      const row = { id: arrays.ids[to]!, term, value }
      held.push(row)
      rows.push(row)
    }
  }
  return rows
}

/** Every fact between a seed and a candidate, looked for from whichever side has fewer of them. */
function pathsTo (arrays: GraphArrays, { seeds, seekerId, viewerId, candidateIds, labels, degreeMax, now }: AskingPaths): Path[] {
  const { slot, fact, says, start, count } = arrays
  const vias = viasOf(arrays, { seeds, degreeMax, wanted: labelBits(labels) })
  if (vias.length === 0) return []
  const candidates = candidateIds.flatMap((id) => id === seekerId ? [] : arrays.numbers.get(id) ?? []).map((n) => ({ n }))
  const [near, far] = factsOf(arrays, vias) <= factsOf(arrays, candidates) ? [vias, candidates] : [candidates, vias]
  const place = placed(places, far.map(({ n }) => n))
  const found: Path[] = []
  for (const [i, { n }] of near.entries()) {
    for (let k = start[n]!, end = k + count[n]!; k < end; k++) {
      const at = place.of(slot[k]! & NODE)
      if (at === 0) continue
      const said = arrays.said[says[fact[k]!]!]!
      if (!holds(said, now, viewerId)) continue
      const [via, candidate] = near === vias ? [i, at - 1] : [at - 1, i]
      add(found, arrays, { via: vias[via]!, place: candidate, to: candidates[candidate]!.n, fact: fact[k]!, said })
    }
  }
  return found
}

type Between = Pick<Path, 'place' | 'to' | 'fact' | 'said'> & { via: Told }

/** A path for each thing that is known of the seeker there; that both shun a thing brings nobody together. */
function add (found: Path[], arrays: GraphArrays, { via: { n: via, told }, ...between }: Between): void {
  const { said } = between
  for (const seed of told) {
    const accord = seed.weight * said.weight
    if (!(accord < 0 || (seed.weight > 0 && said.weight > 0))) continue
    const term = termOf(accord, arrays.label(via), seed.wish !== said.wish)
    found.push({ ...between, via, seed, term, value: worth(arrays, via, term, accord, seed.share) })
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
