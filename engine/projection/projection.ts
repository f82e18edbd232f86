import { setTimeout as sleep } from 'node:timers/promises'
import type { Change } from '../graph/changes.js'
import { EngineError } from '../errors.js'
import { placeOf } from '../graph/documents.js'
import type { Graph, Run } from '../graph/graph.js'
import type { Prior } from '../../models/affinity.js'
import { priorOf } from './prior.js'
import { graphVersion } from '../graph/texts.js'
import { turns } from '../turns.js'
import { ANSWERS } from './answers.js'
import type { GraphArrays, NodeRow } from './arrays.js'
import { openSnapshots, type Origin, type Store } from './keep.js'
import { readWhole, saidIn, takeIn, type FoundFact } from './whole.js'

/** How far the projection of a tenant is. `version`: of the graph that answers come from; `textVersion`: the last one that changed words. */
export interface State { version: number, textVersion: number, stale: string | null }

/** Each tenant's graph a second time, as arrays in this process, in step with Neo4j. */
export interface Projections {
  /** Takes up what was kept of a tenant; false where nothing was. */
  restored: (tenantId: string) => Promise<boolean>
  /** Brings a tenant up to date, where Neo4j answers, and says how far it is. */
  current: (tenantId: string) => Promise<State>
  /**
   * Runs a query: from the arrays where they hold the tenant and know the query, else in Neo4j. `atLeast`: the version
   * that was told, which arrays that have just been read need not have reached.
   */
  reader: (tenantId: string, options?: { atLeast?: number }) => { read: Run }
  arrays: (tenantId: string) => GraphArrays | null
  /** What is to be expected of nodes by their degrees; nothing is known before the arrays are there. */
  prior: (tenantId: string) => Prior
  close: () => Promise<void>
}

interface Tenant {
  arrays: GraphArrays | null
  prior: { of: Prior, at: number }
  version: number
  textVersion: number
  loading: Promise<void> | null
  stale: string | null
  /** What was kept of it has been looked for. */
  restored: Promise<void> | null
  /** What it was restored from, until Neo4j has said that it has the same graph. */
  unproven: Origin | null
  savedVersion: number
  checkedAt: number
  /** Since when a write is known of which there is no note. */
  missingSince: number | null
  usedAt: number
  inTurn: ReturnType<typeof turns>
  timer: NodeJS.Timeout | null
}

const FRESH: Tenant = {
  arrays: null,
  prior: { of: {}, at: 0 },
  version: 0,
  textVersion: 0,
  loading: null,
  stale: null,
  restored: null,
  unproven: null,
  savedVersion: 0,
  checkedAt: 0,
  missingSince: null,
  usedAt: 0,
  inTurn: turns(),
  timer: null
}

const PRIOR_SHARE = 100
/** What another process wrote is seen no later than this. */
const FRESH_MS = 40
const CHECK_EVERY_MS = 15
const MISSING_MS = 500
const FOLLOW_TRIES = 50
const FOLLOW_PAUSE_MS = 2
/** Without requests for a second, looking now and then is enough: no more is written meanwhile than there are notes of. */
const IDLE_MS = 1_000
const CHECK_IDLE_MS = 4_000
/** A small graph is read within this; until a larger one is there, Neo4j answers. */
const WAIT_MS = 250
const TENANTS_MAX = 64
const PATIENCE_MS = 1_000 // whoever has waited that long gets what there is
const SAVE_EVERY_MS = 60_000
const JITTER = 0.5 // processes that share a disk do not write at once
const LAST_SAVE_MS = 3_000

interface Options { dir?: string | null, log?: (line: string) => void, saveEveryMs?: number }

/** Without arrays: Neo4j answers everything. */
export function noProjections (graph: Graph): Projections {
  return {
    restored: async () => false,
    async current (tenantId) {
      const version = await graphVersion(graph, tenantId)
      return { version, textVersion: version, stale: null }
    },
    reader: () => graph,
    arrays: () => null,
    prior: () => ({}),
    close: async () => {}
  }
}

/** `dir`: where snapshots lie; without it none are read or written. */
export function openProjections (graph: Store, { dir = null, log = () => {}, saveEveryMs = SAVE_EVERY_MS }: Options = {}): Projections {
  const tenants = new Map<string, Tenant>()
  const snapshots = dir === null ? null : openSnapshots(graph, dir, log)
  const saveAll = () => Promise.all([...tenants].map(([tenantId, tenant]) => snapshots?.save(tenantId, tenant)))
  const saving = setInterval(saveAll, saveEveryMs * (1 - JITTER / 2 + JITTER * Math.random())).unref()
  let closed = false

  /** Reads the tenant whole. */
  async function load (tenantId: string, tenant: Tenant): Promise<void> {
    const { current } = await changesAfter(tenantId, Number.MAX_SAFE_INTEGER)
    const arrays = await readWhole(graph, tenantId)
    Object.assign(tenant, { arrays, prior: { of: {}, at: 0 }, version: current, textVersion: current, unproven: null, savedVersion: 0 })
    await follow(tenantId, tenant)
  }

  const changesAfter = async (tenantId: string, after: number) =>
    (await graph.read<{ current: number, changes: Change[] }>('projection/changes', { tenantId, after }))[0]!

  /** Takes in what others wrote since. */
  async function follow (tenantId: string, tenant: Tenant): Promise<void> {
    if (tenant.arrays === null) return
    const started = performance.now()
    const { current, changes } = await changesAfter(tenantId, tenant.version)
    const next = changes.filter(({ version }, i) => version === tenant.version + 1 + i)
    if (next.length > 0) await apply(tenantId, tenant, next)
    // The note of a write can be seen a moment later than its number.
    tenant.missingSince = tenant.version === current ? null : tenant.missingSince ?? started
    if (current < tenant.version || (tenant.missingSince !== null && started - tenant.missingSince > MISSING_MS)) return readAnew(tenantId, tenant)
    if (tenant.missingSince === null) Object.assign(tenant, { checkedAt: started, stale: null }) // else the next request looks again
  }

  /** As follow, where what was kept turns out to be of this graph. */
  async function catchUp (tenantId: string, tenant: Tenant): Promise<void> {
    if (tenant.unproven === null || await snapshots!.isOfThisGraph(tenantId, tenant)) return follow(tenantId, tenant)
    readAnew(tenantId, tenant)
  }

  /** The notes of what changed do not reach back that far, or the graph is another one. Until it is read, Neo4j answers. */
  function readAnew (tenantId: string, tenant: Tenant): void {
    log(`The projection of ${tenantId} is read anew.`)
    Object.assign(tenant, { arrays: null, missingSince: null })
    beginLoading(tenantId, tenant).catch(() => {}) // the next request tries again
  }

  /** What this process wrote itself is there when it is acknowledged. */
  async function followUntil (tenantId: string, tenant: Tenant, version: number): Promise<void> {
    for (let tries = 0; tenant.arrays !== null && tenant.version < version && tries < FOLLOW_TRIES; tries++) {
      if (tries > 0) await sleep(FOLLOW_PAUSE_MS)
      await catchUp(tenantId, tenant)
    }
  }

  /**
   * Takes in what the notes say, and reads again what they only name: whatever has happened since, the arrays say what the graph says when the
   * last note is through.
   */
  async function apply (tenantId: string, tenant: Tenant, changes: Change[]): Promise<void> {
    const arrays = tenant.arrays!
    const places = [...new Set(changes.flatMap(({ facts }) => facts))].map(placeOf)
    const unknown = places.flatMap(({ subject, object }) => [subject, object]).filter((id) => !arrays.numbers.has(id))
    const ids = [...new Set([...changes.flatMap(({ nodes }) => nodes), ...unknown])]
    const [nodes, facts] = await Promise.all([
      ids.length === 0 ? [] : graph.read<NodeRow>('projection/some-nodes', { tenantId, ids }),
      saidIn(changes) ?? graph.read<FoundFact>('projection/some-facts', { tenantId, facts: places })
    ])
    takeIn(arrays, { ids, nodes, places, facts })
    tenant.version = changes.at(-1)!.version
    if (changes.some(({ texts }) => texts)) tenant.textVersion = tenant.version
  }

  function tenantOf (tenantId: string): Tenant {
    const held = tenants.get(tenantId)
    if (held !== undefined) return held
    forgetOne()
    const tenant: Tenant = { ...FRESH, inTurn: turns() }
    tenants.set(tenantId, tenant)
    return tenant
  }

  /** The tenant that was not asked for longest makes room. */
  function forgetOne (): void {
    if (tenants.size < TENANTS_MAX) return
    const [oldest] = [...tenants].sort(([, a], [, b]) => a.usedAt - b.usedAt)[0]!
    clearTimeout(tenants.get(oldest)!.timer ?? undefined)
    tenants.delete(oldest)
  }

  /** Once. */
  function restore (tenantId: string, tenant: Tenant): Promise<void> {
    tenant.restored ??= snapshots?.restore(tenantId, tenant) ?? Promise.resolve()
    return tenant.restored
  }

  function beginLoading (tenantId: string, tenant: Tenant): Promise<void> {
    tenant.loading ??= tenant.inTurn(() => load(tenantId, tenant)).finally(() => { tenant.loading = null })
    return tenant.loading
  }

  /** Somebody looks ahead of the requests, the next time a pause after the last look is through; seldom, while none come. */
  function watch (tenantId: string, tenant: Tenant): void {
    clearTimeout(tenant.timer ?? undefined)
    tenant.timer = setTimeout(async () => {
      await check(tenantId, tenant)
      if (!closed && tenants.get(tenantId) === tenant) watch(tenantId, tenant)
    }, isIdle(tenant) ? CHECK_IDLE_MS : CHECK_EVERY_MS).unref()
  }

  const checking = new Map<Tenant, Promise<void>>()
  /** One look at a time; when Neo4j does not answer, the arrays go on and say that they are old. */
  function check (tenantId: string, tenant: Tenant): Promise<void> {
    const running = checking.get(tenant)
    if (running !== undefined) return running
    const mine = tenant.inTurn(() => catchUp(tenantId, tenant))
      .catch((error: Error) => {
        Object.assign(tenant, { checkedAt: performance.now(), stale: staleness(tenant, error.message) })
      })
      .finally(() => { checking.delete(tenant) })
    checking.set(tenant, mine)
    return mine
  }

  /** Nobody waits for a Neo4j of which it is known that it does not answer, and nobody waits long to learn it. False: it has said nothing yet. */
  async function checkBriefly (tenantId: string, tenant: Tenant): Promise<boolean> {
    const isFirst = tenant.checkedAt === 0 // what was kept may be old by days: it is not taken for today's because Neo4j is slow
    const looking = check(tenantId, tenant).then(() => true)
    if (isFirst) return looking
    return tenant.stale !== null || await Promise.race([looking, sleep(PATIENCE_MS, false, { ref: false })])
  }

  graph.onChange(async (tenantId, change) => {
    const tenant = tenants.get(tenantId)
    if (tenant === undefined || tenant.arrays === null || closed) return
    await tenant.inTurn(async () => {
      if (tenant.arrays !== null && tenant.unproven === null && change.version === tenant.version + 1) await apply(tenantId, tenant, [change])
      else await followUntil(tenantId, tenant, change.version)
    }).catch((error: Error) => { tenant.stale = error.message })
  })

  return {
    restored: async (tenantId) => {
      await restore(tenantId, tenantOf(tenantId))
      return tenants.get(tenantId)!.arrays !== null
    },

    async current (tenantId) {
      const tenant = tenantOf(tenantId)
      const wasIdle = isIdle(tenant)
      tenant.usedAt = performance.now()
      await restore(tenantId, tenant)
      if (tenant.arrays === null) {
        const loading = beginLoading(tenantId, tenant)
        await Promise.race([loading, sleep(WAIT_MS, null, { ref: false })])
        loading.catch((error: Error) => { log(`The projection of ${tenantId} could not be read: ${error.message}`) })
      }
      if (tenant.arrays === null) {
        const { current } = await changesAfter(tenantId, Number.MAX_SAFE_INTEGER)
        return { version: current, textVersion: current, stale: null }
      }
      if (tenant.timer === null || wasIdle) watch(tenantId, tenant)
      const isFresh = tenant.checkedAt !== 0 && tenant.usedAt - tenant.checkedAt <= FRESH_MS
      const inTime = isFresh || await checkBriefly(tenantId, tenant)
      if (tenant.arrays === null) return this.current(tenantId) // it was kept of another graph
      const { version, textVersion, stale } = tenant
      return { version, textVersion, stale: stale ?? (inTime ? null : staleness(tenant, `nothing within ${PATIENCE_MS} ms`)) }
    },

    reader: (tenantId, { atLeast = 0 } = {}) => ({
      read: async <T extends object>(name: string, parameters: Parameters<Run>[1]) => {
        const { arrays, version, stale } = tenants.get(tenantId) ?? FRESH
        const answer = ANSWERS[name]
        if (arrays !== null && version >= atLeast && answer !== undefined) return answer(arrays, parameters as never) as T[]
        if (arrays !== null && stale !== null) throw new EngineError('unavailable', WAITS)
        return graph.read<T>(name, parameters)
      }
    }),

    arrays: (tenantId) => tenants.get(tenantId)?.arrays ?? null,
    prior: (tenantId) => priorFor(tenants.get(tenantId)),

    async close () {
      closed = true
      for (const { timer } of tenants.values()) clearTimeout(timer ?? undefined)
      clearInterval(saving)
      await Promise.race([saveAll(), sleep(LAST_SAVE_MS, null, { ref: false })]) // an older one does, too
      await Promise.allSettled([...tenants.values()].map(({ inTurn }) => inTurn(async () => {})))
      tenants.clear()
    }
  }
}

const isIdle = ({ usedAt }: Tenant) => performance.now() - usedAt > IDLE_MS
const WAITS = 'Neo4j does not answer yet: sentences (evidence), filters and words that name something wait until it does; a member\'s matches without them do not.'
const staleness = ({ version }: Tenant, why: string) => `Neo4j does not answer (${why.replace(/\.$/, '')}); matches are as of version ${version}.`

/** Worked out anew when one fact in a hundred has changed; of a small graph, with each. */
function priorFor (tenant: Tenant | undefined): Prior {
  if (tenant?.arrays == null) return {}
  const { arrays } = tenant
  if (tenant.prior.at === 0 || arrays.changes - tenant.prior.at > arrays.liveFacts / PRIOR_SHARE) {
    tenant.prior = { of: priorOf(arrays), at: Math.max(1, arrays.changes) }
  }
  return tenant.prior.of
}
