import { randomUUID } from 'node:crypto'
import type { AuditEntry } from '../../models/audit.js'
import type { Graph, Run } from '../graph/graph.js'

/** Who changes what is kept of an organisation; the local operator has no member. */
export interface By { tenantId: string, memberId: string }
export const OPERATOR = 'operator'

export interface Noted { entity: 'flag' | 'account' | 'role' | 'organization' | 'project' | 'cypher' | 'import' | 'merge' | 'alias' | 'pair', entityId: string, action: string, before: object | null, after: object | null }

/** Writes down who changed what, with the values before and after. Part of the transaction of the change. */
export async function note (run: Run, { tenantId, memberId }: By, { entity, entityId, action, before, after }: Noted, now: string): Promise<void> {
  const entry: StoredEntry = {
    id: `n${randomUUID()}`, // entries of deals begin with p: the two never meet
    entity,
    entityId,
    action,
    oldValues: before && JSON.stringify(before),
    newValues: after && JSON.stringify(after),
    actorId: memberId || OPERATOR,
    at: toTheMicrosecond(now)
  }
  await run('accounts/note', { tenantId, entry })
}

/** Where a page of entries begins: before a moment, and within it before an id. */
export interface AuditPage { entity: string, entityId: string, at: string, id: string, limit: number }

/** What the graph has of the audit, the newest first. */
export const entriesOf = async (graph: Graph, tenantId: string, page: AuditPage): Promise<AuditEntry[]> =>
  (await graph.read<{ entry: StoredEntry }>('accounts/audit', { tenantId, ...page })).map(({ entry }) => entryOf(entry))

/** What the audit keeps of a member: handed out on export, made nameless on erasure, since what was changed stays changed. */
export const auditBelonging = (graph: Graph) => ({
  name: 'audit',
  read: async (tenantId: string, memberId: string) =>
    (await graph.read<{ entry: StoredEntry }>('accounts/audited', { tenantId, memberId })).map(({ entry }) => entryOf(entry)),
  async erase (tenantId: string, memberId: string): Promise<void> {
    const nobody = `erased:${randomUUID().slice(0, 8)}`
    await graph.write((run) => run('accounts/forget-audit', { tenantId, memberId, nobody, quoted: JSON.stringify(memberId), quotedNobody: JSON.stringify(nobody) }))
  }
})

/** Moments of both stores compare as texts when both have six digits after the point. */
export const toTheMicrosecond = (iso: string) => iso.replace(/(?:\.(\d{1,6})\d*)?Z$/, (_, digits = '') => `.${digits.padEnd(6, '0')}Z`)

interface StoredEntry extends Omit<AuditEntry, 'oldValues' | 'newValues'> { oldValues?: string | null, newValues?: string | null }

const entryOf = ({ id, entity, entityId, action, oldValues, newValues, actorId, at }: StoredEntry): AuditEntry =>
  ({ id, entity, entityId, action, oldValues: JSON.parse(oldValues ?? 'null'), newValues: JSON.parse(newValues ?? 'null'), actorId, at })
