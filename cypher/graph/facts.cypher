// All facts of a tenant with their evidence, page by page in the order of their subjects.
//
//   takes    tenantId string, after string, limit integer
//   returns  subject string, relation string, object string, fact map
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', after: '', limit: 100}

MATCH (s:Entity)
WHERE s.tenantId = $tenantId AND s.id > $after
WITH s ORDER BY s.tenantId, s.id LIMIT $limit   // as the index has them, so that a page reads no more than itself
MATCH (s)-[r]->(o:Entity)
RETURN s.id AS subject, type(r) AS relation, o.id AS object, properties(r) AS fact
ORDER BY subject, relation, object, fact.factId;
