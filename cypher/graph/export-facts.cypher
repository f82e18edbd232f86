// All facts of a tenant with their evidence, page by page in the order of their subjects, then of their ids: also a hub goes on where a page ended.
//
//   takes    tenantId string, subject string, after string, limit integer
//   returns  subject string, subjectLabel string, subjectName string, relation string, object string, objectLabel string, objectName string, fact map
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', subject: '', after: '', limit: 2000}

MATCH (s:Entity)
WHERE s.tenantId = $tenantId AND s.id >= $subject
MATCH (s)-[r:!GAVE_FEEDBACK]->(o:Entity)
WHERE s.id > $subject OR r.factId > $after
WITH s, r, o
ORDER BY s.tenantId, s.id, r.factId   // the tenant too: so the index gives the order of the subjects
LIMIT $limit
RETURN s.id AS subject, [label IN labels(s) WHERE label <> 'Entity'][0] AS subjectLabel, s.name AS subjectName, type(r) AS relation,
  o.id AS object, [label IN labels(o) WHERE label <> 'Entity'][0] AS objectLabel, o.name AS objectName, properties(r) AS fact
ORDER BY subject, fact.factId;
