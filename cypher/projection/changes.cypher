// The version of a tenant's graph, and what the writes after one touched, in their order.
//
//   takes    tenantId string, after integer
//   returns  current integer, changes list
//   seeks    _Graph(tenantId), _Change(tenantId, version)
//
// :param {tenantId: 'demo', after: 7}

OPTIONAL MATCH (g:_Graph {tenantId: $tenantId})
WITH coalesce(g.version, 0) AS current
RETURN current, CASE WHEN current <= $after THEN [] ELSE COLLECT {
  MATCH (c:_Change {tenantId: $tenantId}) WHERE c.version > $after AND c.version <= current
  RETURN {version: c.version, nodes: c.nodes, facts: c.facts, texts: c.texts} ORDER BY c.version
} END AS changes;
