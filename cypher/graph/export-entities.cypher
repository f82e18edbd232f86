// All nodes of a tenant, page by page in the order of their ids.
//
//   takes    tenantId string, after string, limit integer
//   returns  id string, label string, properties map
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', after: '', limit: 500}

MATCH (e:Entity)
WHERE e.tenantId = $tenantId AND e.id > $after
RETURN e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS label, properties(e) AS properties
ORDER BY e.tenantId, e.id   // both: so the index gives the order, and a page reads no more than itself
LIMIT $limit;
