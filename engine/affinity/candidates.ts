import type { DiscoverRequest, Filters } from '../../models/affinity.js'
import { labelOfKind, type Kind, type Label } from '../../models/vocabulary.js'
import { canonicalKey } from '../extraction/canonical.js'
import { mayKnow } from '../graph/cite.js'
import type { Scene, TenantIndex } from './scene.js'
import type { Seeker } from './seeker.js'
import { BOUNDS, walkSettings } from './weights.js'

export interface Candidate { id: string, label: Label, name: string }
const DEFAULT_KINDS: Kind[] = ['member', 'brand']
export const labelsOf = (kinds: Kind[] = DEFAULT_KINDS): Label[] => kinds.map((kind) => labelOfKind(kind)!)

/** `value`: what the walk brings. */
export type Reached = Candidate & { value: number }
/** `value`: where it is known already. */
export type Walked = Candidate & Partial<Reached>
/** Who is to be scored. `complete`: to whomever has no value the walk brings nothing. */
export interface Found { candidates: Walked[], complete: boolean }

/** Who might be close: by what is shared, by the walk, by what reads alike. Whoever is excluded or filtered is not there. */
export async function candidates (scene: Scene, seeker: Seeker, request: DiscoverRequest): Promise<Found> {
  const labels = labelsOf(request.kinds)
  const [excluded, allowed] = await Promise.all([
    excludedIds(scene, seeker, request),
    filteredIds(scene, labels, request.filters)
  ])
  const admits = (id: string) => id !== seeker.id && !excluded.has(id) && (allowed === null || allowed.has(id))

  const { near, far, complete } = await byGraph(scene, seeker, labels, allowed)
  const linked = new Map<string, Walked>()
  for (const row of near) if (admits(row.id)) linked.set(row.id, row)
  for (const row of far) if (admits(row.id)) linked.set(row.id, row)
  const others = [
    ...allowed !== null && allowed.size <= SCORED_MAX ? allowed : [], // a filter that leaves few lets all of them be scored, so that k are found where k exist
    ...seeker.stances.keys(),
    ...seeker.seeds.keys(), // what the seeker names may itself be what is looked for
    ...nearest(scene.index, seeker.goals, admits),
    ...nearest(scene.index, seeker.profile, admits)
  ].filter((id) => !linked.has(id) && admits(id))
  if (others.length === 0) return { candidates: [...linked.values()], complete }
  const profiles = await profilesOf(scene, [...new Set(others)])
  return { candidates: [...linked.values(), ...profiles.filter(({ label }) => labels.includes(label))], complete }
}

/** Of an order of ids, those that are still there and not left out. */
export async function stillThere (scene: Scene, seeker: Seeker, request: DiscoverRequest, ids: string[]): Promise<Candidate[]> {
  const [excluded, profiles] = await Promise.all([
    excludedIds(scene, seeker, request),
    profilesOf(scene, ids)
  ])
  const byId = new Map(profiles.map((profile) => [profile.id, profile]))
  return ids.flatMap((id) => excluded.has(id) ? [] : byId.get(id) ?? [])
}

/** Those of the ids that are there, as far as the viewer may know. */
async function profilesOf ({ graph, tenantId, viewerId }: Scene, ids: string[]): Promise<Candidate[]> {
  const rows = await graph.read<Candidate & { visibleTo: string[] | null }>('affinity/profiles', { tenantId, ids })
  return rows.filter((row) => mayKnow(viewerId, row))
}

const SCORED_MAX = 5 * BOUNDS.candidates

interface Linked { near: Candidate[], far: Walked[], complete: boolean }

/** Those found by two steps and by three; nobody, where a filter leaves few. */
async function byGraph (scene: Scene, seeker: Seeker, labels: Label[], allowed: Set<string> | null): Promise<Linked> {
  const { graph, tenantId, now, viewerId } = scene
  if (allowed !== null && allowed.size <= SCORED_MAX) return { near: [], far: [], complete: false }
  const limit = allowed === null ? BOUNDS.candidates : 10_000
  const { degreeMax, viaFacts } = BOUNDS
  const common = { tenantId, seeds: seeker.told, seekerId: seeker.id, viewerId, labels, degreeMax, now, limit }
  const [near, far] = await Promise.all([
    graph.read<Candidate>('affinity/candidates', { ...common, viaFacts }),
    graph.read<Walked>('affinity/walk', { ...common, ...walkSettings(scene.prior), candidateIds: [] })
  ])
  return { near, far, complete: far.length < limit }
}

const nearest = (index: TenantIndex, vector: Float32Array | null, admits: (id: string) => boolean): string[] =>
  vector === null ? [] : index.search('profile', vector, 4 * BOUNDS.nearest, admits).map(({ id }) => id)

/** Everyone whom the request leaves out. Blocked ones always are, and those whom the seeker rejected or hid. */
async function excludedIds ({ graph, tenantId, now, viewerId }: Scene, seeker: Seeker, { exclude = {} }: DiscoverRequest): Promise<Set<string>> {
  const { own = true, partnered = true, seen = true, memberIds = [] } = exclude
  const wanted: Record<string, boolean> = { blocked: true, own, partnered, seen }
  const who = seeker.id === '' ? viewerId : seeker.id // who looks by words alone is not shown oneself or one's partners either
  const rows = who === '' ? [] : await graph.read<{ id: string, why: string }>('affinity/excluded', { tenantId, entityId: who, now })
  const unwanted = [...seeker.stances.values()].filter(({ type }) => type !== 'accept').map(({ targetId }) => targetId)
  return new Set([...rows.filter(({ why }) => wanted[why]).map(({ id }) => id), ...unwanted, ...memberIds, who])
}

const FILTERED_MAX = 100_000

/** The ids that pass the filters; null when there are none. */
async function filteredIds ({ graph, tenantId, now }: Scene, labels: Label[], filters: Filters = {}): Promise<Set<string> | null> {
  if (Object.values(filters).every((value) => value === undefined || (Array.isArray(value) && value.length === 0))) return null
  const rows = await graph.read<{ id: string }>('affinity/filter', { tenantId, labels, ...words(filters), ...bounds(filters), now, limit: FILTERED_MAX })
  return new Set(rows.map(({ id }) => id))
}

const lower = (words: string[] = []) => words.map((word) => word.toLowerCase())
const keys = (names: string[] = [], label: Label) => names.map((name) => canonicalKey(name, label))

const words = ({ industry, regions, ageBands = [], genders, languages, interests }: Filters) => ({
  industry: lower(industry), regions: keys(regions, 'Place'), ageBands, genders: lower(genders), languages: lower(languages), interests: keys(interests, 'Topic')
})

const OPEN = -1
const bounds = ({ followers: { min = OPEN, max = OPEN } = {}, budget: { currency, minMinor = OPEN, maxMinor = OPEN } = { currency: '' } }: Filters) => ({
  followersMin: min, followersMax: max, currency, budgetMin: minMinor, budgetMax: maxMinor
})
