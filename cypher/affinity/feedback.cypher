// Where a member stands towards whom: the newest of what they accepted, rejected and hid.
//
//   takes    tenantId string, entityId string, now string, limit integer
//   returns  id string, targetId string, type string, reason string, at string
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'member:mia-tran', now: '2026-11-01', limit: 5000}

MATCH (:Entity {tenantId: $tenantId, id: $entityId})-[f:GAVE_FEEDBACK]->(target:Entity)
WHERE f.type IN ['accept', 'reject', 'hide'] AND left(f.at, 10) <= left($now, 10)
RETURN f.id AS id, target.id AS targetId, f.type AS type, f.reason AS reason, f.at AS at
ORDER BY at DESC, targetId
LIMIT $limit;
