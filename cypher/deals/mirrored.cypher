// What the graph says of partnerships: the facts PARTNERED_WITH with all their evidence, page by page in the order of their subjects.
//
//   takes    tenantId string, after string, limit integer
//   returns  subject string, facts list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', after: '', limit: 500}

MATCH (s:Entity)
WHERE s.tenantId = $tenantId AND s.id > $after AND EXISTS { (s)-[:PARTNERED_WITH]->() }
WITH s ORDER BY s.id LIMIT $limit
MATCH (s)-[r:PARTNERED_WITH]->(o)
RETURN s.id AS subject, collect({object: o.id, evidence: r.evidence}) AS facts
ORDER BY subject;
