// All nodes of a tenant as the projection holds them, page by page: kind, name, who alone may know of it, momentum, and where it stands towards whom.
//
//   takes    tenantId string, after string, limit integer
//   returns  id string, label string, name string, visibleTo list, momentum float, stances list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', after: '', limit: 100}

MATCH (e:Entity)
WHERE e.tenantId = $tenantId AND e.id > $after
WITH e ORDER BY e.id LIMIT $limit
RETURN e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS label, e.name AS name, e.visibleTo AS visibleTo, e.momentum_score AS momentum,
  COLLECT { MATCH (e)-[f:GAVE_FEEDBACK]->(target:Entity) WHERE f.type IN ['accept', 'reject', 'hide'] RETURN {id: f.id, targetId: target.id, type: f.type, reason: f.reason, at: f.at} } AS stances
ORDER BY id;
