import type { Term } from '../../models/affinity.js'
import type { Candidate, Walked, WalkRow } from './candidates.js'
import type { Scene, TenantIndex } from './scene.js'
import type { Seeker } from './seeker.js'
import { BOUNDS, walkSettings } from './weights.js'

/** A step of a path: the fact that joins two nodes. `factId` is '' where the words of the request stand for the fact. */
export interface Step { from: string, to: string, factId: string }

/** What one path or one likeness lends to a candidate, before weighting. */
export interface Part {
  term: Term
  value: number // weighted by `score`
  raw: number // before weighting
  confidence: number | null // of the facts on the way; null where there are none
  steps: Step[]
  names: Record<string, string> // of the nodes on the way
  note?: string // in the words of the seeker
}
export type Parts = Map<string, Part[]>
export interface Scored { candidate: Candidate, score: number, parts: Part[] }

export const total = (parts: Part[]) => parts.reduce((sum, { value }) => sum + value, 0)

/** What the seeker says of the candidate itself. Steps out of a seed are those of `affinity/seeds`. */
export function direct (seeker: Seeker, ids: string[]): Parts {
  return new Map(ids.flatMap((id) => {
    const seeds = seeker.seeds.get(id)
    return seeds === undefined
      ? []
      : [[id, seeds.map((seed) => ({
          term: seed.weight < 0 ? 'conflict' as const : 'direct' as const,
          value: seed.weight,
          raw: seed.weight,
          confidence: seed.confidence,
          steps: [{ from: seeker.id, to: id, factId: seed.factId }],
          names: {}
        }))]]
  }))
}

/** Whom the seeker has accepted, by name. The step is the feedback itself. */
export function accepted (seeker: Seeker, ids: string[]): Parts {
  return new Map(ids.flatMap((id) => {
    const stance = seeker.stances.get(id)
    return stance?.type !== 'accept'
      ? []
      : [[id, [{
          term: 'feedback' as const,
          value: 1,
          raw: 1,
          confidence: null,
          steps: [{ from: seeker.id, to: id, factId: stance.id }],
          names: {},
          note: `, on ${stance.at.slice(0, 10)}${stance.reason === null ? '' : `: “${stance.reason}”`}`
        }]]]
  }))
}

interface PathRow { id: string, term: Term, value: number, viaId: string, viaName: string, seedFactId: string, factId: string, confidence: number }

/** What lies two steps away: things shared, wishes met, audiences, trends, and what stands against. */
export async function paths ({ graph, tenantId, now, viewerId }: Scene, seeker: Seeker, ids: string[]): Promise<Parts> {
  const rows = await graph.read<PathRow>('affinity/paths',
    { tenantId, seeds: seeker.told, seekerId: seeker.id, viewerId, candidateIds: ids, degreeMax: BOUNDS.degreeMax, now })
  const parts: Parts = new Map()
  for (const { id, term, value, viaId, viaName, seedFactId, factId, confidence } of rows) {
    push(parts, id, {
      term,
      value,
      raw: value,
      confidence,
      steps: [{ from: seeker.id, to: viaId, factId: seedFactId }, { from: viaId, to: id, factId }],
      names: { [viaId]: viaName }
    })
  }
  return parts
}

/** What lies three steps away, one part per candidate; `walkPaths` breaks it down for those that are shown. */
export async function walk ({ graph, tenantId, now, viewerId, prior }: Scene, seeker: Seeker, ids: string[], labels: string[], walked: Walked): Promise<Parts> {
  const missing = walked.complete ? [] : ids.filter((id) => !walked.values.has(id))
  const rows = missing.length === 0
    ? []
    : await graph.read<WalkRow>('affinity/walk', {
      tenantId,
      seeds: seeker.told,
      seekerId: seeker.id,
      viewerId,
      labels,
      candidateIds: missing,
      ...walkSettings(prior),
      now,
      limit: missing.length
    })
  const values = new Map([...walked.values, ...rows.map((row) => [row.id, row] as const)])
  return new Map(ids.flatMap((id) => {
    const row = values.get(id)
    return row === undefined ? [] : [[id, [{ term: 'walk' as const, value: row.value, raw: row.value, confidence: row.confidence, steps: [], names: {} }]]]
  }))
}

interface WalkPath {
  value: number, firstId: string, firstName: string, seedFactId: string, firstFactId: string, secondId: string, secondName: string, secondFactId: string
}

/** The strongest paths of the walk to each candidate. */
export async function walkPaths ({ graph, tenantId, now, viewerId, prior }: Scene, seeker: Seeker, ids: string[]): Promise<Parts> {
  const rows = await graph.read<{ id: string, paths: WalkPath[] }>('affinity/walk-paths',
    { tenantId, seeds: seeker.told, seekerId: seeker.id, viewerId, candidateIds: ids, now, ...walkSettings(prior), paths: 3 })
  return new Map(rows.map(({ id, paths }) => [id, paths.map((path) => ({
    term: 'walk' as const,
    value: path.value,
    raw: path.value,
    confidence: null,
    steps: [
      { from: seeker.id, to: path.firstId, factId: path.seedFactId },
      { from: path.firstId, to: path.secondId, factId: path.firstFactId },
      { from: path.secondId, to: id, factId: path.secondFactId }
    ],
    names: { [path.firstId]: path.firstName, [path.secondId]: path.secondName }
  }))]))
}

/** Texts that read alike: the profiles of both, and what either looks for with what the other is. Cosine; what is below zero says nothing. */
export function likeness ({ index }: Scene, seeker: Seeker, ids: string[]): Parts {
  const profile = cosines(index, 'profile', seeker.profile, ids)
  const wished = cosines(index, 'profile', seeker.goals, ids)
  const wishing = cosines(index, 'goals', seeker.profile, ids)
  const parts: Parts = new Map()
  for (const id of ids) {
    const alike = Math.max(0, profile.get(id) ?? 0)
    const met = Math.max(0, ...[wished.get(id), wishing.get(id)].map((cosine) => cosine ?? 0))
    if (alike > 0) push(parts, id, { term: 'similarity', value: alike, raw: alike, confidence: null, steps: [], names: {} })
    if (met > 0) push(parts, id, { term: 'goalSimilarity', value: met, raw: met, confidence: null, steps: [], names: {} })
  }
  return parts
}

const cosines = (index: TenantIndex, space: 'profile' | 'goals', vector: Float32Array | null, ids: string[]) =>
  vector === null ? new Map<string, number>() : index.similarity(space, vector, ids)

export function push (parts: Parts, id: string, part: Part): void {
  const held = parts.get(id)
  if (held === undefined) parts.set(id, [part])
  else held.push(part)
}
