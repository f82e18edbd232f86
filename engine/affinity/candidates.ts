import type { DiscoverRequest, Filters } from '../../models/affinity.js'
import { labelOfKind, type Kind, type Label } from '../../models/vocabulary.js'
import { canonicalKey } from '../extraction/canonical.js'
import type { Graph } from '../graph/graph.js'
import type { TenantIndex } from './likeness.js'
import type { Seeker } from './seeker.js'
import { BOUNDS } from './weights.js'

export interface Candidate { id: string, label: Label, name: string }
const DEFAULT_KINDS: Kind[] = ['member', 'brand']
export const labelsOf = (kinds: Kind[] = DEFAULT_KINDS): Label[] => kinds.map((kind) => labelOfKind(kind)!)

/** Who is to be scored, and what the walk that found them already knows. */
export interface Found { candidates: Candidate[], walked: Walked }
export interface Walked { values: Map<string, number>, complete: boolean }

/** Who might be close: by what is shared, by the walk, by what reads alike. Ordered by id; whoever is excluded or filtered is not there. */
export async function candidates (graph: Graph, index: TenantIndex, tenantId: string, seeker: Seeker, request: DiscoverRequest, now: string): Promise<Found> {
  const labels = labelsOf(request.kinds)
  const [excluded, allowed] = await Promise.all([
    excludedIds(graph, tenantId, seeker, request, now),
    filteredIds(graph, tenantId, labels, request.filters)
  ])
  const admits = (id: string) => id !== seeker.id && !excluded.has(id) && (allowed === null || allowed.has(id))

  const { ids: linked, walked } = await byGraph(graph, tenantId, seeker, labels, allowed, now)
  const found = new Set([
    ...linked,
    ...[...seeker.seeds.keys()], // what the seeker names may itself be what is looked for
    ...nearest(index, 'profile', seeker.goals, admits),
    ...nearest(index, 'profile', seeker.profile, admits)
  ])
  const ids = [...found].filter(admits).sort()
  const profiles = await graph.read<Candidate>('affinity/profiles', { tenantId, ids })
  return { candidates: profiles.filter(({ label }) => labels.includes(label)), walked }
}

/** Those found by two steps and by three. A filter that leaves few lets all of them be scored, so that k are found where k exist. */
async function byGraph (graph: Graph, tenantId: string, seeker: Seeker, labels: Label[], allowed: Set<string> | null, now: string): Promise<{ ids: string[], walked: Walked }> {
  if (allowed !== null && allowed.size <= BOUNDS.candidates * 5) return { ids: [...allowed], walked: { values: new Map(), complete: false } }
  const limit = allowed === null ? BOUNDS.candidates : 10_000
  const common = { tenantId, seeds: seedMap(seeker), seekerId: seeker.id, labels, degreeMax: BOUNDS.degreeMax, now, limit }
  const [near, far] = await Promise.all([
    graph.read<{ id: string }>('affinity/candidates', common),
    graph.read<{ id: string, value: number }>('affinity/walk', { ...common, candidateIds: [], breadth: BOUNDS.breadth })
  ])
  const values = new Map(far.map(({ id, value }) => [id, value]))
  return { ids: [...near, ...far].map(({ id }) => id), walked: { values, complete: far.length < limit } }
}

const nearest = (index: TenantIndex, space: 'profile', vector: Float32Array | null, admits: (id: string) => boolean): string[] =>
  vector === null ? [] : index.search(space, vector, 4 * BOUNDS.nearest, admits).map(({ id }) => id)

export const seedMap = (seeker: Seeker) => Object.fromEntries(seeker.seeds)

/** Everyone whom the request leaves out. Blocked ones always are. */
async function excludedIds (graph: Graph, tenantId: string, seeker: Seeker, { exclude = {} }: DiscoverRequest, now: string): Promise<Set<string>> {
  const { own = true, partnered = true, seen = true, memberIds = [] } = exclude
  const wanted: Record<string, boolean> = { blocked: true, own, partnered, seen }
  const rows = seeker.id === '' ? [] : await graph.read<{ id: string, why: string }>('affinity/excluded', { tenantId, entityId: seeker.id, now })
  return new Set([...rows.filter(({ why }) => wanted[why]).map(({ id }) => id), ...memberIds])
}

const FILTERED_MAX = 100_000

/** The ids that pass the filters; null when there are none. */
async function filteredIds (graph: Graph, tenantId: string, labels: Label[], filters: Filters = {}): Promise<Set<string> | null> {
  if (Object.values(filters).every((value) => value === undefined || (Array.isArray(value) && value.length === 0))) return null
  const lower = (words: string[] = []) => words.map((word) => word.toLowerCase())
  const rows = await graph.read<{ id: string }>('affinity/filter', {
    tenantId,
    labels,
    industry: lower(filters.industry),
    regions: (filters.regions ?? []).map((region) => canonicalKey(region, 'Place')),
    ageBands: filters.ageBands ?? [],
    genders: lower(filters.genders),
    languages: lower(filters.languages),
    interests: (filters.interests ?? []).map((interest) => canonicalKey(interest, 'Topic')),
    followersMin: filters.followers?.min ?? -1,
    followersMax: filters.followers?.max ?? -1,
    currency: filters.budget?.currency ?? '',
    budgetMin: filters.budget?.minMinor ?? -1,
    budgetMax: filters.budget?.maxMinor ?? -1,
    limit: FILTERED_MAX
  })
  return new Set(rows.map(({ id }) => id))
}
