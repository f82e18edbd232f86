import { Type, type Static } from 'typebox'

const Values = Type.Unsafe<Record<string, unknown> | null>({ type: ['object', 'null'] })

/** Who changed what, with the values before and after; null where there was nothing. */
export const AuditEntry = Type.Object({
  id: Type.String(),
  entity: Type.String({ description: 'partnership, milestone, transaction, flag, account, role, organization, project, cypher, import, merge, alias, pair' }),
  entityId: Type.String(),
  action: Type.String(),
  oldValues: Values,
  newValues: Values,
  actorId: Type.String(),
  at: Type.String({ description: 'ISO 8601, to the microsecond' })
})
export type AuditEntry = Static<typeof AuditEntry>

export const AuditRequest = Type.Object({
  entity: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
  entityId: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  before: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'an instant, as 2026-11-30T12:00:00Z, or the meta.cursor of the page before' }))
}, { additionalProperties: false })
export type AuditRequest = Static<typeof AuditRequest>
