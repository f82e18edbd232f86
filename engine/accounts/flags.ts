import { createHash } from 'node:crypto'
import type { Actor } from '../../models/actor.js'
import type { Flag, FlagAnswer, FlagInput } from '../../models/flags.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import { note } from './audit.js'
import { ALL, can, demand } from './can.js'

/** Whether a flag is on for someone: it is enabled, and every condition that it gives holds. */
export function isOn ({ name, isEnabled, conditions: { memberIds, tiers, roles, percent } }: Flag, actor: Pick<Actor, 'memberId' | 'tier' | 'roles'>): boolean {
  return isEnabled &&
    (memberIds === undefined || memberIds.includes(actor.memberId)) &&
    (tiers === undefined || tiers.includes(actor.tier)) &&
    (roles === undefined || actor.roles.some((role) => roles.includes(role))) &&
    (percent === undefined || bucketOf(name, actor.memberId) < percent)
}

/** Where in 0 to 100 someone stands for a flag: the same each time, and for each flag someone else comes first. */
function bucketOf (name: string, memberId: string): number {
  return createHash('sha256').update(`${name}\n${memberId}`).digest().readUInt32BE() / 2 ** 32 * 100
}

export function openFlags (graph: Graph) {
  async function flagOf (tenantId: string, name: string): Promise<Flag> {
    const [flag] = await graph.read<Stored & { name: string }>('accounts/flag', { tenantId, name })
    if (flag === undefined) throw new EngineError('not_found', `There is no flag "${name}".`)
    return { name, ...valuesOf(flag) }
  }

  return {
    /** Whether a flag is on for who asks, with its definition for those who may read more than their own answer. */
    async get (actor: Actor, name: string): Promise<FlagAnswer> {
      demand(actor, 'flag:read', { memberId: actor.memberId })
      const definition = await flagOf(actor.tenantId, name)
      return { name, isOn: isOn(definition, actor), ...can(actor, 'flag:read', ALL) && { definition } }
    },

    async put (actor: Actor, name: string, { isEnabled, conditions = {} }: FlagInput): Promise<Flag> {
      demand(actor, 'flag:update', ALL)
      const after = { isEnabled, conditions }
      await graph.write(async (run) => {
        const [row] = await run<{ before: Stored | null }>('accounts/put-flag', { tenantId: actor.tenantId, name, isEnabled, conditions: JSON.stringify(conditions) })
        const before = row!.before && valuesOf(row!.before)
        if (JSON.stringify(before) === JSON.stringify(after)) return // a PUT that arrives twice
        await note(run, actor, { entity: 'flag', entityId: name, action: before === null ? 'create' : 'change', before, after }, new Date().toISOString())
      })
      return { name, ...after }
    }
  }
}

interface Stored { isEnabled: boolean, conditions: string }
const valuesOf = ({ isEnabled, conditions }: Stored): Omit<Flag, 'name'> => ({ isEnabled, conditions: JSON.parse(conditions) })
