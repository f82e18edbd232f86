// The version of a tenant's graph, and what the writes after one touched, in their order. `said`: what the facts said then, as JSON; '' where there are many.
//
//   takes    tenantId string, after integer
//   returns  current integer, changes list
//   seeks    _Graph(tenantId), _Change(tenantId, version)
//
// :param {tenantId: 'demo', after: 7}

OPTIONAL MATCH (g:_Graph {tenantId: $tenantId})
WITH coalesce(g.version, 0) AS current
OPTIONAL MATCH (c:_Change {tenantId: $tenantId}) WHERE c.version > $after
WITH current, c ORDER BY c.version
RETURN current, [change IN collect(c {.version, .nodes, .facts, .texts, said: coalesce(c.said, '')}) WHERE change.version <= current] AS changes;
