import type { Engine } from '../engine/engine.js'
import { EngineError } from '../engine/errors.js'
import type { Actor } from '../models/actor.js'
import type { NumberedEvent } from '../models/events.js'
import { demand } from './actor.js'

/** Refuses who may not hear a channel, on every surface. What is not there and what is another tenant's are the same. */
export async function mayHear (engine: Engine, actor: Actor, channel: string): Promise<void> {
  const [, kind = '', id = ''] = /^(\w+)(?::(.+))?$/s.exec(channel) ?? []
  const rule = RULES[kind]
  if (rule === undefined || (id === '') !== (kind === 'trends') || channel.length > 400) {
    throw new EngineError('invalid_argument', 'There is no such channel; there are partnership:{id}, affinity:{memberId}, member:{memberId}, workspace:{id}, import:{id} and trends.')
  }
  await rule(engine, actor, id)
}

type Rule = (engine: Engine, actor: Actor, id: string) => Promise<unknown>

const own: Rule = async (engine, actor, memberId) => {
  demand(actor, 'event:read', { memberId })
  if (memberId === actor.memberId) return
  const [member] = await engine.query(actor.tenantId, 'graph/entity', { entityId: memberId })
  if (member === undefined) throw new EngineError('not_found', `There is no member "${memberId}".`)
}

const RULES: Record<string, Rule> = {
  partnership: (engine, actor, id) => engine.deals.get(actor, id),
  affinity: own,
  member: own,
  trends: async (_, actor) => { demand(actor, 'trend:read') },
  workspace: (engine, actor, id) => engine.workspaces.mayRead(actor, id),
  import: (engine, actor, id) => engine.importJobs.get(actor, id)
}

const WAITING_MAX = 1000
export interface Heard extends AsyncIterableIterator<NumberedEvent> { return: () => Promise<IteratorResult<NumberedEvent>> }

/** A channel as something to iterate over. Before each event it is asked again whether it may be heard; a reader who lags too far is let go. */
export async function hear (engine: Engine, channel: string, whoAsks: () => Promise<Actor>): Promise<Heard> {
  const actor = await whoAsks()
  await mayHear(engine, actor, channel)
  const waiting: NumberedEvent[] = []
  const state = { over: false, wake: () => {} }
  const stop = await engine.events.subscribe(actor.tenantId, channel, (event) => {
    if (waiting.push(event) > WAITING_MAX) state.over = true
    state.wake()
  })
  const end = async (): Promise<IteratorResult<NumberedEvent>> => {
    state.over = true
    state.wake()
    await stop()
    return { done: true, value: undefined }
  }
  const next = async (): Promise<IteratorResult<NumberedEvent>> => {
    while (waiting.length === 0 && !state.over) await new Promise<void>((resolve) => { state.wake = resolve })
    if (state.over) return await end()
    try {
      await mayHear(engine, await whoAsks(), channel)
    } catch (error) {
      await end()
      throw error
    }
    return { done: false, value: waiting.shift()! }
  }
  const heard: Heard = { next, return: end, [Symbol.asyncIterator]: () => heard }
  return heard
}
