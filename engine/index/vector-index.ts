import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { EngineError } from '../errors.js'
import type { Embedder } from './embed.js'
import { loadHnswlib } from './hnsw.js'
import type { Allow, Hit } from './space.js'
import { openStoredSpace, type StoredSpace } from './stored-space.js'
import { turns } from '../turns.js'

/** What an entity says of itself, what it wishes for, and what it makes: each is compared with its like. */
export const SPACES = ['profile', 'goals', 'content'] as const
export type SpaceName = typeof SPACES[number]

/** The texts of one entity; null or blank: not in that space. */
export type EntityTexts = { id: string } & Record<SpaceName, string | null>

/** Where the texts come from: the graph. Its version counts its writes. */
export interface TextSource {
  version: () => Promise<number>
  /** The entities whose texts changed after version `since`, deleted ones with null texts; since 0: all there are. */
  texts: (since: number) => AsyncIterable<EntityTexts>
}

/** The vectors of each tenant, kept in step with a source. A tenant is empty until its first `sync`. */
export interface Index {
  /** What is off, in words. */
  degraded: string[]
  search: (tenantId: string, space: SpaceName, vector: Float32Array, k: number, allow?: Allow) => Hit[]
  similarity: (tenantId: string, space: SpaceName, vector: Float32Array, ids: Iterable<string>) => Map<string, number>
  vector: (tenantId: string, space: SpaceName, id: string) => Float32Array | undefined
  /** Brings the index to the version that the source has now, or a later one. Calls made meanwhile share the next run. */
  sync: (tenantId: string, source: TextSource) => Promise<void>
  /** Reads what was saved of a tenant, whose source cannot be asked. */
  open: (tenantId: string) => Promise<void>
  /** The write of the graph up to which the index knows the texts; 0 before the first sync is through. */
  graphVersion: (tenantId: string) => number
  health: () => IndexHealth
  /** Saves what changed. */
  close: () => Promise<void>
}
export interface IndexHealth {
  embedderId: string
  degraded: string[]
  tenants: Record<string, { graphVersion: number, problem: string | null, spaces: Record<SpaceName, { count: number, unsettled: number, kind: 'exact' | 'hnsw' }> }>
}

interface IndexOptions {
  dir: string
  embedder: Embedder
  log?: (message: string) => void
  exactBelow?: number
  hnswlib?: Awaited<ReturnType<typeof loadHnswlib>>
}

interface Tenant {
  id: string
  spaces: Record<SpaceName, StoredSpace>
  graphVersion: number
  inTurn: ReturnType<typeof turns>
  saveTimer: NodeJS.Timeout | null
  problem: string | null
}

const ENTITIES_AT_ONCE = 128
const SAVE_AFTER_MS = 5_000 // the index can be had from the source again, so changes may gather before they are saved
const SAVE_EVERY_MS = 60_000 // during a long first run, so that a crash does not cost all of it

export async function openIndex ({ dir, embedder, log = () => {}, exactBelow, hnswlib }: IndexOptions): Promise<Index> {
  const addon = hnswlib === undefined ? await loadHnswlib() : hnswlib
  const missing = 'hnswlib-node is not built: every search scans all vectors, which is slower above 20,000; install python3, make and g++, then `npm rebuild hnswlib-node`'
  const degraded = [embedder.degraded, addon === null ? missing : null].filter((problem) => problem !== null)
  const loaded = new Map<string, Tenant>()
  const loading = new Map<string, Promise<Tenant>>()
  const queued = new Map<string, Promise<void>>() // runs that have not begun yet
  const closing = new AbortController()

  const load = async (tenantId: string): Promise<Tenant> => {
    const open = async (space: SpaceName) => [space, await openStoredSpace(
      join(dir, folderOf(tenantId)),
      { tenantId, space, embedderId: embedder.id, dimension: embedder.dimension },
      { hnswlib: addon, exactBelow, log }
    )] as const
    const spaces = Object.fromEntries(await Promise.all(SPACES.map(open))) as Tenant['spaces']
    // A space that had to be rebuilt knows nothing, so all texts are asked for; what the others hold is not embedded again.
    const graphVersion = Math.min(...SPACES.map((name) => spaces[name].savedVersion))
    const tenant = { id: tenantId, spaces, graphVersion, inTurn: turns(), saveTimer: null, problem: null }
    loaded.set(tenantId, tenant)
    return tenant
  }

  const tenantOf = (tenantId: string): Promise<Tenant> => {
    const tenant = loading.get(tenantId) ?? load(tenantId)
    loading.set(tenantId, tenant)
    tenant.catch(() => loading.delete(tenantId)) // the next call tries again
    return tenant
  }

  const save = async (tenant: Tenant) => {
    for (const space of SPACES) await tenant.spaces[space].save(tenant.graphVersion)
    tenant.problem = null
  }

  const saveSoon = (tenant: Tenant) => {
    if (closing.signal.aborted) return
    tenant.saveTimer ??= setTimeout(async () => {
      tenant.saveTimer = null
      await tenant.inTurn(() => save(tenant)).catch((error: Error) => {
        tenant.problem = `The index of ${tenant.id} could not be saved: ${error.message}`
        log(tenant.problem)
        saveSoon(tenant)
      })
    }, SAVE_AFTER_MS).unref()
  }

  const update = async (tenant: Tenant, source: TextSource) => {
    const target = await source.version()
    if (target === tenant.graphVersion) return
    if (target < tenant.graphVersion) tenant.graphVersion = 0 // not the graph this index was made from
    const since = tenant.graphVersion
    const seen = new Set<string>()
    let savedAt = performance.now()

    for await (const entities of inGroups(source.texts(since), ENTITIES_AT_ONCE)) {
      if (closing.signal.aborted) throw new EngineError('unavailable', 'The index is being closed')
      await take(tenant, entities, embedder)
      if (since === 0) for (const { id } of entities) seen.add(id)
      if (performance.now() - savedAt > SAVE_EVERY_MS) {
        await save(tenant)
        savedAt = performance.now()
      }
    }
    if (since === 0) keepOnly(tenant, seen)
    tenant.graphVersion = target
  }

  /** The graphs are grown beside everything else: until they are, the scan answers. */
  const settle = async (tenant: Tenant) => {
    for (const space of SPACES) await tenant.spaces[space].settle(closing.signal)
    saveSoon(tenant)
  }

  const run = async (tenantId: string, source: TextSource, begins: () => void) => {
    if (closing.signal.aborted) throw new EngineError('unavailable', 'The index is closed')
    const tenant = await tenantOf(tenantId).catch((error) => {
      begins()
      throw error
    })
    await tenant.inTurn(async () => {
      begins()
      await update(tenant, source).finally(() => { settle(tenant).catch((error: Error) => log(`A graph could not be grown: ${error.message}`)) })
    })
  }

  const vectorsOf = (tenantId: string, space: SpaceName) => loaded.get(tenantId)?.spaces[space].vectors

  return {
    degraded,
    search: (tenantId, space, vector, k, allow) => vectorsOf(tenantId, space)?.search(vector, k, allow) ?? [],
    similarity: (tenantId, space, vector, ids) => vectorsOf(tenantId, space)?.similarity(vector, ids) ?? new Map(),
    vector: (tenantId, space, id) => vectorsOf(tenantId, space)?.get(id),
    graphVersion: (tenantId) => loaded.get(tenantId)?.graphVersion ?? 0,
    open: async (tenantId) => { await tenantOf(tenantId) },

    sync (tenantId, source) {
      const waiting = queued.get(tenantId)
      if (waiting) return waiting
      const next = run(tenantId, source, () => queued.delete(tenantId))
      queued.set(tenantId, next)
      return next
    },

    health: () => ({
      embedderId: embedder.id,
      degraded,
      tenants: Object.fromEntries([...loaded].map(([id, tenant]) => [id, {
        graphVersion: tenant.graphVersion,
        problem: tenant.problem,
        spaces: eachSpace(tenant, ({ vectors, kind }) => ({ count: vectors.size, unsettled: vectors.unsettled, kind }))
      }]))
    }),

    async close () {
      closing.abort()
      await Promise.allSettled(loading.values())
      for (const tenant of loaded.values()) {
        clearTimeout(tenant.saveTimer ?? undefined)
        await tenant.inTurn(() => save(tenant)).catch((error: Error) => log(`The index of ${tenant.id} could not be saved: ${error.message}`))
      }
    }
  }
}

/** Embeds what is new among the texts of these entities, and forgets what is gone. */
async function take (tenant: Tenant, entities: EntityTexts[], embedder: Embedder): Promise<void> {
  const fresh: Array<{ space: StoredSpace, id: string, text: string }> = []
  for (const entity of new Map(entities.map((entity) => [entity.id, entity])).values()) { // the last word on each
    for (const name of SPACES) {
      const space = tenant.spaces[name]
      const text = entity[name]?.trim() ?? ''
      if (text === '') space.drop(entity.id)
      else if (!space.holds(entity.id, text)) fresh.push({ space, id: entity.id, text })
    }
  }
  const vectors = await embedder.embed(fresh.map(({ text }) => text))
  fresh.forEach(({ space, id, text }, i) => {
    const vector = vectors[i]!
    if (vector.some((x) => x !== 0)) space.put(id, text, vector)
    else space.drop(id) // a text without a word is like nothing
  })
}

function keepOnly (tenant: Tenant, ids: Set<string>): void {
  for (const name of SPACES) {
    const space = tenant.spaces[name]
    for (const id of space.ids()) if (!ids.has(id)) space.drop(id)
  }
}

function eachSpace<T> ({ spaces }: Tenant, act: (space: StoredSpace) => T): Record<SpaceName, T> {
  return Object.fromEntries(SPACES.map((name) => [name, act(spaces[name])])) as Record<SpaceName, T>
}

async function * inGroups<T> (items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = []
  for await (const item of items) {
    if (group.push(item) < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/** A folder name that no tenant id can use to leave the folder, nor two share where letters have no case. */
function folderOf (tenantId: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(tenantId)) return tenantId
  return `~${createHash('sha256').update(tenantId).digest('hex').slice(0, 40)}`
}
