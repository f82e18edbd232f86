// Nodes that no fact touches that everyone may know.
//
//   asks     Is what we have sound?
//   takes    tenantId string, limit integer
//   returns  id string, name string, label string
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', limit: 20}

MATCH (e:Entity)
WHERE e.tenantId = $tenantId AND e.id > '' AND e.visibleTo IS NULL AND NOT EXISTS { (e)-[r]-() WHERE r.visibleTo IS NULL AND r.factId IS NOT NULL }
RETURN e.id AS id, e.name AS name, [label IN labels(e) WHERE label <> 'Entity'][0] AS label
ORDER BY id
LIMIT $limit;
