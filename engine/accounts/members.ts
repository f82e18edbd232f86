import {
  GROUPS, type Group, type MemberProfile, type Privacy, type ProfileGroups, type ProfileInput, type ProfilePatch
} from '../../models/accounts.js'
import type { Actor } from '../../models/actor.js'
import type { Emit } from '../../models/events.js'
import type { Cache } from '../cache.js'
import { EngineError } from '../errors.js'
import { linesFor, mayKnow, type StoredFact } from '../graph/cite.js'
import { unsay, placeOf } from '../graph/documents.js'
import type { Graph } from '../graph/graph.js'
import { liveKey, type AccountRow } from './accounts.js'
import { demand } from './can.js'
import { patched, readProfile, replaced, writeProfile, type Profile } from './profile.js'
import { brandStrategy } from './strategy.js'

/** Another room that keeps something of a member: to be handed out on export, and let go of (or made nameless) on erasure. */
export interface Belonging {
  name: string
  read: (tenantId: string, memberId: string) => Promise<unknown>
  /** `name`: what they are called, which texts of others may say too. */
  erase: (tenantId: string, memberId: string, name: string) => Promise<void>
}

export interface MemberParts {
  graph: Graph
  cache: Cache
  emit: Emit
  /** Brings the vector index up to date. */
  sync: (tenantId: string) => Promise<void>
  belongings: Belonging[]
  /** Whether one works with another today, by a deal that the other has had a hand in: who sees what is for the network. */
  partners: (tenantId: string, memberId: string, otherId: string) => Promise<boolean>
}

const UNVERIFIED = { email: 'unverified', business: 'unverified', identity: 'unverified' } as const
const missing = (memberId: string) => new EngineError('not_found', `There is no member "${memberId}".`)

export function openMembers ({ graph, cache, emit, sync, belongings, partners }: MemberParts) {
  const now = () => new Date().toISOString()

  async function own ({ tenantId, memberId }: Actor): Promise<Profile> {
    const profile = await readProfile(graph, tenantId, memberId)
    if (profile === null) throw missing(memberId)
    return profile
  }

  /** A member as the actor may see it: all of oneself, of others what they show. */
  async function get (actor: Actor, memberId: string): Promise<MemberProfile> {
    const { tenantId } = actor
    demand(actor, 'member:read', { memberId })
    const [entity] = await graph.read<EntityRow>('graph/entity', { tenantId, entityId: memberId })
    if (entity?.label !== 'Member' || !mayKnow(actor.memberId, entity.properties)) throw missing(memberId)
    const profile = await readProfile(graph, tenantId, memberId) ?? profileOfNode(entity)
    const asked = memberId !== actor.memberId && Object.values(profile.privacy).includes('network')
    const near = memberId === actor.memberId ? 'self' : asked && await partners(tenantId, actor.memberId, memberId) ? 'partner' : 'anyone'
    const shown = GROUPS.filter((group) => SEES[near].has(profile.privacy[group]))
    return {
      id: memberId,
      name: entity.name,
      ...Object.fromEntries(shown.map((group) => [group, profile.groups[group]])),
      verification: UNVERIFIED
    }
  }

  async function change (actor: Actor, given: Partial<ProfileGroups>, privacy: Partial<Privacy> = {}): Promise<void> {
    const { tenantId, memberId } = actor
    demand(actor, 'member:update', { memberId })
    const groups = await writeProfile(graph, tenantId, memberId, given, { now: now(), privacy })
    if (groups.length === 0) return
    await sync(tenantId)
    await emit(tenantId, { name: 'MemberUpdated', data: { memberId, changes: await publicly(actor, groups) } }, [`member:${memberId}`])
  }

  /** What an event may tell of a change: the groups that everyone may see, and that others changed. */
  async function publicly (actor: Actor, groups: Group[]): Promise<Record<string, unknown>> {
    const { groups: all, privacy } = await own(actor)
    return Object.fromEntries(groups.map((group) => [group, privacy[group] === 'public' ? all[group] : {}]))
  }

  return {
    get,
    /** What the actor's own facts come to as a brand. */
    async strategy (actor: Actor) {
      const { tenantId, memberId } = actor
      demand(actor, 'member:read', { memberId })
      return brandStrategy(graph, tenantId, memberId, now().slice(0, 10))
    },
    replace: async (actor: Actor, input: ProfileInput) => {
      await change(actor, replaced(input))
      return get(actor, actor.memberId)
    },
    patch: async (actor: Actor, input: ProfilePatch) => {
      await change(actor, patched((await own(actor)).groups, input))
      return get(actor, actor.memberId)
    },
    privacy: async (actor: Actor) => (await own(actor)).privacy,
    setPrivacy: async (actor: Actor, privacy: Partial<Privacy>) => {
      await change(actor, {}, privacy)
      return (await own(actor)).privacy
    },

    /** All that is kept of the actor, from every store. */
    async export (actor: Actor) {
      const { tenantId, memberId } = actor
      demand(actor, 'member:export', { memberId })
      const [accounts, documents, facts, profile] = await Promise.all([
        graph.read<{ account: AccountRow }>('accounts/by-member', { tenantId, memberId }),
        graph.read<{ id: string, facts: string[] }>('accounts/documents', { tenantId, owner: memberId }),
        graph.read<{ fact: StoredFact }>('graph/neighborhood', { tenantId, entityId: memberId, limit: EXPORTED_MAX }),
        readProfile(graph, tenantId, memberId)
      ])
      const said = await graph.read<{ evidence: string[] }>('accounts/facts-between', { tenantId, facts: documents.flatMap((document) => document.facts).map(placeOf) })
      // What others keep to themselves is not one's own, though it be about oneself.
      const known = <T extends { evidence: string[] }>(fact: T): T => ({ ...fact, evidence: linesFor(memberId, fact.evidence) })
      const about = facts.filter(({ fact }) => mayKnow(memberId, fact)).map((row) => ({ ...row, fact: known(row.fact) }))
      const { passwordHash, id, ...account } = accounts[0]?.account ?? {} as AccountRow
      const others = await Promise.all(belongings.map(async ({ name, read }) => [name, await read(tenantId, memberId)] as const))
      const { groups = null, privacy = null } = profile ?? {}
      return { exportedAt: now(), account, profile: groups, privacy, saidByYou: said.map(known), factsAboutYou: about, ...Object.fromEntries(others) }
    },

    /** Takes the actor out of every store. First the texts go, so that the index forgets them, then the node and the account. */
    async erase (actor: Actor): Promise<void> {
      const { tenantId, memberId } = actor
      demand(actor, 'member:erase', { memberId })
      await graph.write(async (run) => {
        const version = (await run<{ version: number }>('graph/lock', { tenantId }))[0]!.version
        await unsay(run, tenantId, version, memberId)
        await run('accounts/hush', { tenantId, memberId, version })
      })
      await sync(tenantId)
      const name = (await graph.read<EntityRow>('graph/entity', { tenantId, entityId: memberId }))[0]?.name ?? ''
      for (const { erase } of belongings) await erase(tenantId, memberId, name)
      const ended = await graph.write(async (run) => {
        await run('graph/lock', { tenantId })
        return run<{ jti: string }>('accounts/erase', { tenantId, memberId })
      })
      await cache.del(...ended.map(({ jti }) => liveKey(jti)))
    }
  }
}

const EXPORTED_MAX = 100_000
interface EntityRow {
  label: string
  name: string
  properties: { type?: string, industry?: string, profile?: string, goals?: string, visibleTo?: string[] }
}

/** Who is in no profile was imported; what the node says of itself is for everyone. */
function profileOfNode ({ name, properties: { type, industry, profile, goals } }: EntityRow): Profile {
  const given = <T extends object>(fields: T) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
  return {
    groups: { basicInfo: { name, ...given({ about: profile }) }, businessInfo: given({ type, industry }), goals: given({ about: goals }), preferences: {} },
    privacy: { basicInfo: 'public', businessInfo: 'public', goals: 'public', preferences: 'public' }
  }
}

const SEES = {
  self: new Set(['public', 'network', 'private']),
  partner: new Set(['public', 'network']),
  anyone: new Set(['public'])
}
