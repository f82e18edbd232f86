// What was changed before a moment, the newest first; of all entities and ids (''), or of one. Within one moment the id decides.
//
//   takes    tenantId string, entity string, entityId string, at string, id string, limit integer
//   returns  entry map
//   seeks    _AuditEntry(tenantId, at, id)
//
// :param {tenantId: 'demo', entity: '', entityId: '', at: '9999-12-31T00:00:00.000000Z', id: '', limit: 50}

MATCH (e:_AuditEntry) WHERE e.tenantId = $tenantId AND e.at <= $at AND e.id > ''
  AND (e.at < $at OR e.id < $id) AND ($entity = '' OR e.entity = $entity) AND ($entityId = '' OR e.entityId = $entityId)
RETURN properties(e) AS entry
ORDER BY e.at DESC, e.id DESC
LIMIT $limit;
