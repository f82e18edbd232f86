import type { Term } from '../../models/affinity.js'
import type { Candidate, Found, Reached } from './candidates.js'
import type { Scene, TenantIndex } from './scene.js'
import type { Seeker } from './seeker.js'
import { BOUNDS, walkSettings } from './weights.js'

/** A step of a path: the fact that joins two nodes. `factId` is '' where the words of the request stand for the fact; `name` is that of `to` on the way. */
export interface Step { from: string, to: string, factId: string, name?: string }

/** What one path or one likeness lends to a candidate, before weighting. */
export interface Part {
  term: Term
  value: number // weighted by `score`
  raw: number // before weighting
  confidence: number | null // of the facts on the way; null where there are none
  steps: Step[]
  note?: string // in the words of the seeker
}
export type Parts = Map<string, Part[]>
/** `ways`: of the part that is the walk's. */
export interface Scored { candidate: Candidate, score: number, parts: Part[], ways: Part[] }

export const total = (parts: Part[]) => parts.reduce((sum, { value }) => sum + value, 0)

/** What the seeker says of the candidate itself. Steps out of a seed are those of `affinity/seeds`. */
export function direct (seeker: Seeker, ids: string[]): Parts {
  const parts: Parts = new Map()
  for (const id of ids) {
    for (const { weight, confidence, factId } of seeker.seeds.get(id) ?? []) {
      const term = weight < 0 ? 'conflict' : 'direct'
      push(parts, id, { term, value: weight, raw: weight, confidence, steps: [{ from: seeker.id, to: id, factId }] })
    }
  }
  return parts
}

/** Whom the seeker has accepted, by name. The step is the feedback itself. */
export function accepted (seeker: Seeker, ids: string[]): Parts {
  const parts: Parts = new Map()
  for (const id of seeker.stances.size === 0 ? [] : ids) {
    const stance = seeker.stances.get(id)
    if (stance?.type !== 'accept') continue
    const note = `, on ${stance.at.slice(0, 10)}${stance.reason === null ? '' : `: “${stance.reason}”`}`
    push(parts, id, { term: 'feedback', value: 1, raw: 1, confidence: null, steps: [{ from: seeker.id, to: id, factId: stance.id }], note })
  }
  return parts
}

interface PathRow { id: string, term: Term, value: number, viaId: string, viaName: string, seedFactId: string, factId: string, confidence: number }

const asking = ({ tenantId, now, viewerId }: Scene, seeker: Seeker, candidateIds: string[]) =>
  ({ tenantId, seeds: seeker.told, seekerId: seeker.id, viewerId, candidateIds, degreeMax: BOUNDS.degreeMax, now })

/** What lies two steps away: things shared, wishes met, audiences, trends, and what stands against. */
export async function paths (scene: Scene, seeker: Seeker, labels: string[], ids: string[]): Promise<Parts> {
  const rows = await scene.graph.read<PathRow>('affinity/paths', { ...asking(scene, seeker, ids), labels })
  const parts: Parts = new Map()
  for (const { id, term, value, viaId, viaName, seedFactId, factId, confidence } of rows) {
    push(parts, id, {
      term,
      value,
      raw: value,
      confidence,
      steps: [{ from: seeker.id, to: viaId, factId: seedFactId, name: viaName }, { from: viaId, to: id, factId }]
    })
  }
  return parts
}

/** The same as a sum for each candidate and term. */
export function pathSums (scene: Scene, seeker: Seeker, labels: string[], ids: string[]): Promise<{ id: string, term: Term, value: number }[]> {
  return scene.graph.read('affinity/path-sums', { ...asking(scene, seeker, ids), labels })
}

/** What lies three steps away: notes with each of the found what the walk brings, where that is not known yet. */
export async function walk (scene: Scene, seeker: Seeker, labels: string[], { candidates, complete }: Found): Promise<Reached[]> {
  const missing = complete ? [] : candidates.filter(({ value }) => value === undefined).map(({ id }) => id)
  const rows = missing.length === 0
    ? []
    : await scene.graph.read<{ id: string, value: number }>('affinity/walk',
      { ...asking(scene, seeker, missing), labels, ...walkSettings(scene.prior), limit: missing.length })
  const values = new Map(rows.map(({ id, value }) => [id, value]))
  for (const one of candidates) one.value ??= values.get(one.id) ?? 0
  return candidates as Reached[]
}

interface WalkPath {
  value: number,
  confidence: number
  firstId: string,
  firstName: string,
  seedFactId: string,
  firstFactId: string
  secondId: string,
  secondName: string,
  secondFactId: string
}

/** The strongest paths of the walk to each candidate: what it is broken down into where it is shown. */
export async function walkPaths (scene: Scene, seeker: Seeker, ids: string[]): Promise<Parts> {
  const rows = await scene.graph.read<{ id: string, paths: WalkPath[] }>('affinity/walk-paths',
    { ...asking(scene, seeker, ids), ...walkSettings(scene.prior), paths: 3 })
  return new Map(rows.map(({ id, paths }) => [id, paths.map((path) => ({
    term: 'walk' as const,
    value: path.value,
    raw: path.value,
    confidence: path.confidence,
    steps: [
      { from: seeker.id, to: path.firstId, factId: path.seedFactId, name: path.firstName },
      { from: path.firstId, to: path.secondId, factId: path.firstFactId, name: path.secondName },
      { from: path.secondId, to: id, factId: path.secondFactId }
    ]
  }))]))
}

/** Texts that read alike: the profiles of both, and what either looks for with what the other is. Cosine; what is below zero says nothing. */
export function likeness ({ index }: Scene, seeker: Seeker, ids: string[]): Parts {
  if (seeker.profile === null && seeker.goals === null) return new Map()
  const profile = cosines(index, 'profile', seeker.profile, ids)
  const wished = cosines(index, 'profile', seeker.goals, ids)
  const wishing = cosines(index, 'goals', seeker.profile, ids)
  const parts: Parts = new Map()
  for (const id of ids) {
    const alike = Math.max(0, profile.get(id) ?? 0)
    const met = Math.max(0, ...[wished.get(id), wishing.get(id)].map((cosine) => cosine ?? 0))
    if (alike > 0) push(parts, id, { term: 'similarity', value: alike, raw: alike, confidence: null, steps: [] })
    if (met > 0) push(parts, id, { term: 'goalSimilarity', value: met, raw: met, confidence: null, steps: [] })
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
