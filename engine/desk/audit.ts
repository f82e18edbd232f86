import type { Actor } from '../../models/actor.js'
import type { AuditEntry, AuditRequest } from '../../models/audit.js'
import { entriesOf, toTheMicrosecond } from '../accounts/audit.js'
import { ALL, demand } from '../accounts/can.js'
import { auditOf } from '../deals/audit.js'
import type { Deals } from '../deals/db.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import { gather } from './gather.js'

const LIMIT = 50
const AFTER_ALL = '9999-12-31T23:59:59.000000Z'

/** Who changed what, from both stores, the newest first. A store that is down is named; its entries are left out. */
export async function audit (
  deals: Deals, graph: Graph, actor: Actor, { entity = '', entityId = '', limit = LIMIT, before = AFTER_ALL }: AuditRequest
): Promise<{ data: AuditEntry[], meta: { limit: number, cursor: string | null, degraded: string[] } }> {
  demand(actor, 'audit:read', ALL)
  const page = { entity, entityId, ...placeOf(before), limit: limit + 1 }
  const { found, degraded } = await gather([entriesOf(graph, actor.tenantId, page), auditOf(deals, actor.tenantId, page)])
  const data = found.sort((a, b) => keyOf(a) < keyOf(b) ? 1 : -1).slice(0, limit)
  return { data, meta: { limit, cursor: found.length > limit ? keyOf(data.at(-1)!) : null, degraded } }
}

const keyOf = ({ at, id }: AuditEntry) => `${at}_${id}`

function placeOf (before: string): { at: string, id: string } {
  const [, at, id = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z)(?:_([np][\da-f-]+))?$/.exec(before) ?? []
  if (at === undefined || Number.isNaN(Date.parse(at))) throw new EngineError('invalid_argument', 'before must be an instant, as 2026-11-30T12:00:00Z, or the meta.cursor of the page before.')
  return { at: toTheMicrosecond(at), id }
}
