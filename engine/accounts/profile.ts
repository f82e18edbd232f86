import { GROUPS, type Group, type Privacy, type ProfileGroups, type ProfileInput, type ProfilePatch } from '../../models/accounts.js'
import type { EntityRef, Triple } from '../../models/triple.js'
import { canonicalName } from '../extraction/canonical.js'
import type { Written } from '../graph/documents.js'
import type { Graph } from '../graph/graph.js'
import { ingest, type Description } from '../graph/ingest.js'
import { toFacts } from '../graph/link.js'
import { triplesOf } from '../learn.js'

/** What a member has written, and who may see which group of it. */
export interface Profile { groups: ProfileGroups, privacy: Privacy }

const EMPTY: ProfileGroups = { basicInfo: { name: '' }, businessInfo: {}, goals: {}, preferences: {} }
const OPEN: Privacy = { basicInfo: 'public', businessInfo: 'public', goals: 'public', preferences: 'public' }
const sourceOf = (memberId: string, group: Group) => `${memberId}/${group}`

/** Each group is a document of the member; null where there is none, as for someone who was imported. */
export async function readProfile (graph: Graph, tenantId: string, memberId: string): Promise<Profile | null> {
  const rows = await graph.read<{ id: string, body: string, visibility: Privacy[Group] }>('accounts/documents', { tenantId, owner: memberId })
  if (rows.length === 0) return null
  const held = new Map(rows.map((row) => [row.id, row]))
  const groups = GROUPS.map((group) => [group, JSON.parse(held.get(sourceOf(memberId, group))?.body ?? 'null') ?? EMPTY[group]])
  const privacy = GROUPS.map((group) => [group, held.get(sourceOf(memberId, group))?.visibility ?? 'public'])
  return { groups: Object.fromEntries(groups), privacy: Object.fromEntries(privacy) }
}

export interface Change {
  now: string
  /** What a text says, where a person has corrected what would be extracted; spans are within the text of the group. */
  triples?: Partial<Record<Group, Triple[]>>
  privacy?: Partial<Privacy>
}

/**
 * Writes the groups that are given. Changed text is extracted again; facts that it no longer states are closed, not deleted. What is not
 * public is neither in the texts that the index reads nor in the properties of the node. Returns the groups that changed.
 */
export async function writeProfile (
  graph: Graph, tenantId: string, memberId: string, given: Partial<ProfileGroups>, { now, triples = {}, privacy = {} }: Change
): Promise<Group[]> {
  const before = await readProfile(graph, tenantId, memberId)
  const groups: ProfileGroups = { ...EMPTY, ...before?.groups, ...given }
  const seen: Privacy = { ...OPEN, ...before?.privacy, ...privacy }
  const owner: EntityRef = { id: memberId, label: 'Member', name: canonicalName(groups.basicInfo.name) || groups.basicInfo.name }

  const renamed = before?.groups.basicInfo.name !== groups.basicInfo.name
  const rewrites = (group: Group) => before === null || triples[group] !== undefined || renamed || !same(groups[group], before.groups[group])
  const changed = GROUPS.filter((group) => rewrites(group) || seen[group] !== before?.privacy[group])
  const documents = await Promise.all(changed.map(async (group): Promise<Written> => {
    const visibility = seen[group]
    const facts = rewrites(group) ? await factsOf(graph, tenantId, owner, group, groups[group].about ?? '', triples[group]) : null
    return {
      id: sourceOf(memberId, group),
      owner: memberId,
      body: JSON.stringify(groups[group]),
      visibility,
      facts: facts?.map((fact) => ({ ...fact, visibility: visibility === 'public' ? null : visibility })) ?? null
    }
  }))
  if (changed.length > 0) await ingest(graph, tenantId, [], [describe(owner, { groups, privacy: seen })], { now, documents })
  return changed
}

/** What comes under "who would you like to work with?" is a wish, even a bare phrase. */
const WISHES = new Set<Group>(['goals', 'preferences'])

async function factsOf (graph: Graph, tenantId: string, owner: EntityRef, group: Group, text: string, corrected?: Triple[]) {
  const document = { owner, source: sourceOf(owner.id, group), text, ...WISHES.has(group) && { wishesFrom: 0 } }
  const found = text === '' ? [] : corrected ?? triplesOf(document).triples
  // That a partnership is one of ours, only the deals can say.
  const own = found.map(({ properties: { partnershipId, stage, outcome, ...properties } = {}, ...triple }) => ({ ...triple, properties }))
  return toFacts(graph, tenantId, own, document)
}

/** The node as everyone may see it. */
function describe (owner: EntityRef, { groups, privacy }: Profile): Description {
  const open = <G extends Group>(group: G): Partial<ProfileGroups[G]> => privacy[group] === 'public' ? groups[group] : {}
  const text = (...some: Group[]) => some.map((group) => open(group).about?.trim()).filter(Boolean).join('\n\n') || null
  const { type, industry } = open('businessInfo')
  return {
    ...owner,
    properties: { type: type ?? null, industry: industry ?? null },
    profile: text('basicInfo', 'businessInfo'),
    goals: text('goals', 'preferences'),
    content: null
  }
}

/** The groups as a PUT leaves them: what it does not name is empty. */
export const replaced = ({ basicInfo, businessInfo = {}, goals = {}, preferences = {} }: ProfileInput): ProfileGroups =>
  ({ basicInfo, businessInfo, goals, preferences })

/** The groups that a PATCH names, with its fields merged in; null takes a field away. */
export function patched (groups: ProfileGroups, patch: ProfilePatch): Partial<ProfileGroups> {
  return Object.fromEntries(Object.entries(patch).map(([group, fields]) =>
    [group, Object.fromEntries(Object.entries({ ...groups[group as Group], ...fields }).filter(([, value]) => value !== null))]))
}

const same = (a: object, b: object) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort())
