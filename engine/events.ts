import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Compile } from 'typebox/compile'
import { EVENTS, type Emit, type EngineEvent, type EventName, type NumberedEvent } from '../models/events.js'
import type { Cache } from './cache.js'
import { EngineError } from './errors.js'
import type { Graph } from './graph/graph.js'

export type Listener = (event: NumberedEvent) => void

/** What happened, for whoever listens: stored first, then told, in the order of the numbers and once to each. */
export interface Events {
  /** Writes an event down and tells it. */
  emit: Emit
  /** Tells what is true for a moment only, as progress is, to whoever listens now. It is not kept, and bears the number of the last event that is. */
  tell (tenantId: string, event: EngineEvent, channels: string[]): Promise<void>
  /** Hears a channel from now on, or from after a number. Returns how to end it. A listener must not throw. */
  subscribe (tenantId: string, channel: string, listener: Listener, since?: number): Promise<() => Promise<void>>
  /** What a channel has told after a number; refuses where some of it is no longer kept. */
  since (tenantId: string, channel: string, number: number): Promise<NumberedEvent[]>
  /** All that was told of a member on channels of theirs. */
  about (tenantId: string, memberId: string): Promise<NumberedEvent[]>
  /** Lets go of every event that names a member; readers pass over the numbers. */
  forgetMember (tenantId: string, memberId: string): Promise<void>
  /** The number of the tenant's latest event. */
  last (tenantId: string): Promise<number>
  close (): Promise<void>
}

/** The newest events of a tenant that are kept. */
export const KEPT = 10_000
const PAGE = 500
/** Looks for what nobody told of: another process whose Redis was away. */
const POLL_MS = 5_000

const shapes = new Map(Object.entries(EVENTS).map(([name, shape]) => [name as EventName, Compile(shape)]))

/** Bound to the graph, which keeps the events, and to the cache, whose publish carries the news that there are some to other processes. */
export function openEvents (graph: Graph, cache: Cache, { kept = KEPT, pollMs = POLL_MS, now = () => new Date() } = {}): Events {
  const tenants = new Map<string, Promise<Heard>>()
  const last = async (tenantId: string) => (await graph.read<{ number: number }>('events/last', { tenantId }))[0]!.number
  const read = async (tenantId: string, channel: string, after: number, limit: number) =>
    (await graph.read<StoredEvent>('events/since', { tenantId, channel, after, limit })).map(parsed)

  async function since (tenantId: string, channel: string, number: number): Promise<NumberedEvent[]> {
    const events: NumberedEvent[] = []
    for (let after = number; ;) {
      const page = await read(tenantId, channel, after, PAGE)
      events.push(...page)
      if (page.length < PAGE) break
      after = page.at(-1)!.number
    }
    const latest = await last(tenantId) // asked afterwards: what was let go of while we read is missed as well
    if (number >= latest - kept && number <= latest) return events
    throw new EngineError('failed_precondition', `Events can be resumed from ${Math.max(0, latest - kept)} to ${latest}, not from ${number}; load what you show anew.`)
  }

  const hear = async (tenantId: string): Promise<Heard> => {
    const heard: Heard = { seen: 0, subscriptions: new Set(), reading: null, stale: false, timer: null, stop: async () => {} }
    const stops = await Promise.all([
      cache.subscribe(wire(tenantId), (message) => { catchUp(tenantId, heard, message as NumberedEvent) }),
      cache.subscribe(fleeting(tenantId), (message) => { pass(heard, message as Fleeting) })
    ])
    heard.stop = async () => { await Promise.all(stops.map((stop) => stop())) }
    heard.seen = Math.max(heard.seen, await last(tenantId))
    heard.timer = setInterval(() => { catchUp(tenantId, heard) }, pollMs).unref()
    catchUp(tenantId, heard) // what came between the two lines above
    return heard
  }

  async function hearingOf (tenantId: string): Promise<Heard> {
    const hearing = tenants.get(tenantId) ?? hear(tenantId)
    tenants.set(tenantId, hearing)
    const heard = await hearing.catch((error) => {
      tenants.delete(tenantId)
      throw error
    })
    return heard.timer === null ? hearingOf(tenantId) : heard // the last one listening just left
  }

  /** The next event is told as it came; after a gap, the store is read, which has none. */
  function catchUp (tenantId: string, heard: Heard, event?: NumberedEvent): void {
    if (heard.timer === null) return // not listening yet, or no more
    if (event !== undefined && event.number <= heard.seen) return
    if (event?.number === heard.seen + 1 && heard.reading === null) return tell(heard, event)
    heard.stale = true
    heard.reading ??= readOn(tenantId, heard).catch(() => {}).finally(() => { heard.reading = null }) // the next poll tries again
  }

  async function readOn (tenantId: string, heard: Heard): Promise<void> {
    while (heard.stale && heard.timer !== null) {
      heard.stale = false
      const page = await read(tenantId, '', heard.seen, PAGE)
      for (const event of page) tell(heard, event)
      if (page.length === PAGE) heard.stale = true
    }
  }

  async function end (tenantId: string, heard: Heard, subscription: Subscription): Promise<void> {
    if (!heard.subscriptions.delete(subscription) || heard.subscriptions.size > 0) return
    tenants.delete(tenantId)
    await stop(heard)
  }

  return {
    since,
    last,

    about: async (tenantId, memberId) => (await graph.read<StoredEvent>('events/about-member', { tenantId, channels: own(memberId), limit: kept })).map(parsed),

    async forgetMember (tenantId, memberId) {
      await graph.write((run) => run('events/forget-member', { tenantId, channels: own(memberId), quoted: JSON.stringify(memberId) }))
    },

    async emit (tenantId, event, channels, key = randomUUID()) {
      assert(shapes.get(event.name)?.Check(event.data), `The data of ${event.name} has not its shape`)
      const at = now().toISOString()
      const number = await graph.write(async (run) => {
        const [row] = await run<{ number: number }>('events/append', { tenantId, key, name: event.name, at, channels, data: JSON.stringify(event.data) })
        if (row !== undefined && row.number > kept) await run('events/forget', { tenantId, upTo: row.number - kept })
        return row?.number
      })
      if (number !== undefined) await cache.publish(wire(tenantId), { ...event, number, at, channels })
    },

    async tell (tenantId, event, channels) {
      assert(shapes.get(event.name)?.Check(event.data), `The data of ${event.name} has not its shape`)
      await cache.publish(fleeting(tenantId), { ...event, at: now().toISOString(), channels })
    },

    async subscribe (tenantId, channel, listener, after) {
      const heard = await hearingOf(tenantId)
      const subscription: Subscription = { channel, listener, after: after ?? heard.seen, waiting: after === undefined ? null : [] }
      heard.subscriptions.add(subscription)
      try {
        if (after !== undefined) resume(subscription, await since(tenantId, channel, after))
      } catch (error) {
        await end(tenantId, heard, subscription)
        throw error
      }
      return () => end(tenantId, heard, subscription)
    },

    async close () {
      const all = await Promise.allSettled(tenants.values())
      tenants.clear()
      await Promise.all(all.map((one) => one.status === 'fulfilled' ? stop(one.value) : undefined))
    }
  }
}

/** What one process has heard of one tenant. */
interface Heard {
  seen: number // every event up to here was told
  subscriptions: Set<Subscription>
  reading: Promise<void> | null
  stale: boolean
  timer: NodeJS.Timeout | null
  stop: () => Promise<void>
}

/** `waiting` collects what is told while older events are still being read. */
interface Subscription { channel: string, listener: Listener, after: number, waiting: NumberedEvent[] | null }

async function stop (heard: Heard): Promise<void> {
  if (heard.timer !== null) clearInterval(heard.timer)
  heard.timer = null
  heard.subscriptions.clear()
  await heard.stop()
}

function tell (heard: Heard, event: NumberedEvent): void {
  if (event.number <= heard.seen) return
  heard.seen = event.number
  for (const subscription of [...heard.subscriptions]) {
    if (!event.channels.includes(subscription.channel)) continue
    if (subscription.waiting === null) hand(subscription, event)
    else subscription.waiting.push(event)
  }
}

type Fleeting = Omit<NumberedEvent, 'number'>

/** What is not kept comes between what is; who still catches up does not hear it. */
function pass (heard: Heard, event: Fleeting): void {
  for (const { channel, listener, waiting } of [...heard.subscriptions]) {
    if (waiting === null && event.channels.includes(channel)) listener({ ...event, number: heard.seen } as NumberedEvent)
  }
}

function resume (subscription: Subscription, missed: NumberedEvent[]): void {
  const events = [...missed, ...subscription.waiting ?? []]
  subscription.waiting = null
  for (const event of events) hand(subscription, event)
}

function hand (subscription: Subscription, event: NumberedEvent): void {
  if (event.number <= subscription.after) return
  subscription.after = event.number
  subscription.listener(event)
}

interface StoredEvent { number: number, name: EventName, at: string, channels: string[], data: string }
const parsed = (row: StoredEvent) => ({ ...row, data: JSON.parse(row.data) }) as NumberedEvent
const own = (memberId: string) => [`member:${memberId}`, `affinity:${memberId}`]
const wire = (tenantId: string) => `events:${tenantId}`
const fleeting = (tenantId: string) => `fleeting:${tenantId}`
