import type { AuditEntry } from '../../models/audit.js'
import type { Deals } from './db.js'

interface Page { entity: string, entityId: string, at: string, id: string, limit: number }

/** What the audit has of the deals before a moment, the newest first; of all entities and ids (''), or of one. Within one moment the id decides. */
export const auditOf = (deals: Deals, tenantId: string, page: Page): Promise<AuditEntry[]> =>
  deals.inTenant(tenantId, (sql) => sql<AuditEntry>(`SELECT 'p' || lpad(a.id::text, 19, '0') AS id, entity_type AS entity, entity_id AS "entityId", action,
      old_values AS "oldValues", new_values AS "newValues", actor_id AS "actorId", to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
    FROM audit_logs a WHERE tenant_id = $1 AND ($2 = '' OR entity_type = $2) AND ($3 = '' OR entity_id = $3)
      AND a.at <= $4::timestamptz AND (a.at < $4::timestamptz OR 'p' || lpad(a.id::text, 19, '0') < $5 COLLATE "C")
    ORDER BY a.at DESC, a.id DESC LIMIT $6`, [tenantId, page.entity, page.entityId, page.at, page.id, page.limit]))
