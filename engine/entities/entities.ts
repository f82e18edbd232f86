import type { Actor } from '../../models/actor.js'
import type { Aliases, ApartRequest, AliasRequest, Duplicate, DuplicatesMeta, DuplicatesRequest, Merge, MergeRequest } from '../../models/entities.js'
import type { EntityRef } from '../../models/triple.js'
import { kindOf } from '../../models/vocabulary.js'
import { note, OPERATOR } from '../accounts/audit.js'
import { ALL, demand } from '../accounts/can.js'
import { EngineError } from '../errors.js'
import { canonicalKey, canonicalName } from '../extraction/canonical.js'
import { mayKnow } from '../graph/cite.js'
import type { Graph, Run } from '../graph/graph.js'
import { survivors } from '../graph/survivors.js'
import type { Index } from '../index/vector-index.js'
import { mergeEntities, shown, type StoredMerge } from './merge.js'
import { proposals } from './proposals.js'
import { unmergeEntities } from './unmerge.js'

export interface EntitiesParts {
  graph: Graph
  index: Index
  /** Brings the vector index up to date. */
  sync: (tenantId: string) => Promise<void>
  /** Whether a node is party to deals. */
  deals: (tenantId: string, id: string) => Promise<boolean>
}

const DUPLICATES_DEFAULT = 50
const MERGES_MAX = 1_000

/** Which nodes are one: asked, said, taken back. Nothing is merged unless somebody says so. */
export function openEntities ({ graph, index, sync, deals }: EntitiesParts) {
  const now = () => new Date().toISOString()
  /** Notes in the transaction that ends it what was done. */
  const noting = (actor: Actor, action: 'merge' | 'unmerge') => (run: Run, { id, from, into, reason, facts, aside }: Merge) => {
    const values = { from, into, reason, facts, aside }
    return note(run, actor, { entity: 'merge', entityId: id, action, ...action === 'merge' ? { before: null, after: values } : { before: values, after: null } }, now())
  }

  return {
    async duplicates (actor: Actor, { limit = DUPLICATES_DEFAULT }: DuplicatesRequest = {}): Promise<{ data: Duplicate[], meta: DuplicatesMeta }> {
      demand(actor, 'entity:merge', ALL)
      await sync(actor.tenantId)
      return proposals(graph, index, actor.tenantId, limit)
    },

    async merge (actor: Actor, request: MergeRequest): Promise<Merge> {
      demand(actor, 'entity:merge', ALL)
      const { tenantId, memberId } = actor
      if (await deals(tenantId, request.from)) {
        throw new EngineError('failed_precondition', `"${request.from}" is party to deals; it can only survive: merge "${request.into}" into it, where that is free.`)
      }
      const merge = await mergeEntities(graph, tenantId, { ...request, by: memberId || OPERATOR, at: now(), viewerId: memberId },
        { checks: [signsIn, hasWritten], also: noting(actor, 'merge') })
      await sync(tenantId)
      return merge
    },

    async unmerge (actor: Actor, mergeId: string): Promise<Merge> {
      demand(actor, 'entity:merge', ALL)
      const merge = await unmergeEntities(graph, actor.tenantId, mergeId, { also: noting(actor, 'unmerge') })
      await sync(actor.tenantId)
      return merge
    },

    /** The merges that hold, the last one first. */
    async merges (actor: Actor): Promise<Merge[]> {
      demand(actor, 'entity:merge', ALL)
      return (await graph.read<{ merge: StoredMerge }>('entities/merges', { tenantId: actor.tenantId, limit: MERGES_MAX })).map(({ merge }) => shown(merge))
    },

    /** Lets a node go by a further name. */
    async alias (actor: Actor, { id, name }: AliasRequest): Promise<Aliases> {
      demand(actor, 'entity:merge', ALL)
      const { tenantId } = actor
      return graph.write(async (run) => {
        await run('graph/lock', { tenantId }) // a merge of the node waits
        await run('graph/unchanged', { tenantId })
        const { entity, key } = await named(run, actor, id, name)
        const [own] = (await run<EntityRef & { alias: boolean }>('graph/link', { tenantId, keys: [key], described: true })).filter((one) => !one.alias && one.label === entity.label)
        if (own !== undefined) throw new EngineError('failed_precondition', `"${name}" is the name of "${own.id}"; merge the two where they are one.`)
        const at = now()
        const [put] = await run<{ created: boolean }>('entities/put-alias', { tenantId, alias: { key, entityId: id, name: canonicalName(name), mergeId: '', by: actor.memberId || OPERATOR, at } })
        if (put!.created) await note(run, actor, { entity: 'alias', entityId: id, action: 'create', before: null, after: { name } }, at)
        return aliasesOf(run, tenantId, id)
      })
    },

    /** Takes a name away that a person had given a node. */
    async unalias (actor: Actor, { id, name }: AliasRequest): Promise<Aliases> {
      demand(actor, 'entity:merge', ALL)
      const { tenantId } = actor
      return graph.write(async (run) => {
        const { key } = await named(run, actor, id, name)
        const [row] = await run<{ dropped: number }>('entities/drop-alias', { tenantId, key, entityId: id })
        if (row!.dropped === 0) throw new EngineError('not_found', `"${id}" does not go by "${name}", or a merge says so: undo that.`)
        await note(run, actor, { entity: 'alias', entityId: id, action: 'delete', before: { name }, after: null }, now())
        return aliasesOf(run, tenantId, id)
      })
    },

    /** Remembers that two nodes are not the same, so that they are not proposed again. */
    async apart (actor: Actor, { ids }: ApartRequest): Promise<{ ids: string[] }> {
      demand(actor, 'entity:merge', ALL)
      const { tenantId } = actor
      const [one, other] = [...ids].sort() as [string, string]
      await graph.write(async (run) => {
        for (const id of ids) await there(run, actor, id)
        const at = now()
        const [put] = await run<{ created: boolean }>('entities/put-apart', { tenantId, one, other, by: actor.memberId || OPERATOR, at })
        if (put!.created) await note(run, actor, { entity: 'pair', entityId: one, action: 'apart', before: null, after: { ids: [one, other] } }, at)
      })
      return { ids: [one, other] }
    },

    /** What merges keep of a member. */
    belonging: {
      name: 'names',
      read: async (tenantId: string, memberId: string) => (await aliasesOf(graph.read, tenantId, memberId)).aliases,
      erase: async (tenantId: string, memberId: string): Promise<void> => {
        await graph.write((run) => run('entities/forget-member', { tenantId, memberId }))
      }
    }
  }
}

/** Members with an account: others know them by it. */
async function signsIn (run: Run, tenantId: string, memberId: string): Promise<string | null> {
  return (await run('accounts/by-member', { tenantId, memberId })).length > 0 ? 'has an account' : null
}

/** What someone has written themselves is theirs, under their id. */
async function hasWritten (run: Run, tenantId: string, owner: string): Promise<string | null> {
  return (await run('accounts/documents', { tenantId, owner })).length > 0 ? 'has a profile of its own words' : null
}

async function there (run: Run, { tenantId, memberId }: Actor, id: string): Promise<EntityRef> {
  const [entity] = await run<EntityRef & { properties: { visibleTo?: string[] } }>('graph/entity', { tenantId, entityId: id })
  if (entity !== undefined && mayKnow(memberId, entity.properties)) return entity
  const now = (await survivors(run, tenantId, [id])).get(id)
  if (now !== undefined) throw new EngineError('failed_precondition', `"${id}" is merged into "${now.id}"; name that one.`)
  throw new EngineError('not_found', `There is no entity "${id}".`)
}

async function named (run: Run, actor: Actor, id: string, name: string): Promise<{ entity: EntityRef, key: string }> {
  const entity = await there(run, actor, id)
  const key = canonicalKey(name, entity.label)
  if (key === '-') throw new EngineError('invalid_argument', `"${name}" is no name; a ${kindOf(entity.label)} is found by letters or digits.`)
  return { entity, key }
}

async function aliasesOf (run: Run, tenantId: string, id: string): Promise<Aliases> {
  return { id, aliases: [...new Set((await run<{ name: string }>('entities/aliases', { tenantId, entityId: id })).map(({ name }) => name))] }
}
