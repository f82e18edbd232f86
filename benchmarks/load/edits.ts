import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from '../../engine/engine.js'
import { plainFact } from '../../engine/import/rows.js'
import { percentile } from '../bench.js'
import { cpuOf, type Served } from './server.js'

/** How many new facts, each in a call of its own, told how long after one another; every how manieth is watched; and how many before, to warm up. */
export interface Edits { edits: number, warmUp: number, everyMs: number, watchEvery: number }
/** `engine` writes and is asked at once, `other` is another process; `store`: the process of Neo4j, where it is ours. */
export interface Field { engine: Engine, other: Served, store: number | null, tenantId: string, seekers: string[] }

type Item = { id: string, name: string }
type ListOf = (memberId: string) => Promise<Item[]>

const SEEN = 5
const POLL_MS = 5
const GIVEN_UP_MS = 5_000

/**
 * Facts are told to this process at a rate, whether or not the ones before are acknowledged. Of some the member is watched, who from then on has
 * the first of the list: from the acknowledgement on both processes are asked until the list is without it, this one again at once, the other
 * one 5 ms after it was asked last. The first edits, during which Neo4j plans and compiles, do not count.
 */
export async function freshness (field: Field, edits: Edits) {
  const { engine, tenantId } = field
  const [ours, theirs] = listsOf(field)
  const plan = await planned(field, edits, ours)
  const tell = async (told: Planned[]) => {
    const [ackMs, ownMs, otherMs] = [[], [], []] as [number[], number[], number[]]
    const start = performance.now()
    let last = start
    await Promise.all(told.map(async ({ member, top, isWatched }, i) => {
      await sleep(i * edits.everyMs)
      await engine.learn(tenantId, { facts: [likes(member, top)] })
      last = performance.now()
      ackMs.push(last - start - i * edits.everyMs)
      if (!isWatched) return
      await Promise.all([
        untilGone(() => ours(member), top, 0).then((ms) => ownMs.push(ms)),
        untilGone(() => theirs(member), top, POLL_MS).then((ms) => otherMs.push(ms))
      ])
    }))
    return { editsPerSecond: told.length / (last - start) * 1000, ...median99('ack', ackMs), ...median99('freshOwn', ownMs), ...median99('fresh', otherMs) }
  }

  await tell(plan.slice(0, edits.warmUp))
  const [cpuBefore, start] = [await cpuOfAll(field), performance.now()]
  const told = await tell(plan.slice(edits.warmUp))
  return { ...told, editsCores: (await cpuOfAll(field) - cpuBefore) / (performance.now() - start) }
}

const median99 = (name: string, ms: number[]) => ({ [`${name}P50Ms`]: percentile(ms, 50), [`${name}P99Ms`]: percentile(ms, 99) })

/** The first of a member's list, as this process answers and as the other one does. */
function listsOf ({ engine, other, tenantId }: Field): [ListOf, ListOf] {
  const request = (memberId: string) => ({ memberId, kinds: ['item' as const], limit: SEEN, explain: 'none' as const })
  return [
    async (memberId) => (await engine.discover(tenantId, request(memberId))).data,
    async (memberId) => (JSON.parse((await other.ask('/api/v1/affinity/discover', request(memberId))).text) as { data: Item[] }).data
  ]
}

async function cpuOfAll ({ other, store }: Field): Promise<number> {
  const all = await Promise.all([process.pid, other.pid, ...store === null ? [] : [store]].map(cpuOf))
  return all.reduce((sum, ms) => sum + ms)
}

interface Planned { member: string, top: Item, isWatched: boolean }

/** Who is told to like what: those who are watched, what comes first in the list of theirs, the others what the one before them likes. */
async function planned ({ seekers }: Field, { edits, warmUp, watchEvery }: Edits, listOf: ListOf): Promise<Planned[]> {
  const plan: Planned[] = []
  for (const member of seekers.slice(0, warmUp + edits)) {
    const isWatched = plan.length % watchEvery === 0
    const top = isWatched ? (await listOf(member))[0] : plan.at(-1)!.top
    if (top !== undefined) plan.push({ member, top, isWatched })
  }
  return plan
}

/** Milliseconds until the list is without an item. */
async function untilGone (list: () => Promise<Item[]>, { id: goneId }: Item, pauseMs: number): Promise<number> {
  const began = performance.now()
  for (;;) {
    const asked = performance.now()
    const items = await list()
    const answered = performance.now()
    if (items.every(({ id }) => id !== goneId) || answered - began > GIVEN_UP_MS) return answered - began
    await sleep(Math.max(0, asked + pauseMs - answered))
  }
}

const likes = (member: string, { id, name }: Item) => plainFact(
  { id: member, label: 'Member', name: member.replace(':', ' ') }, 'HAS_AFFINITY_WITH', 'like', { id, label: 'Item', name }, 'benchmark')
