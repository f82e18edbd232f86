// Facts for which an import speaks, with all their evidence, in the order of their subjects from one on.
//
//   takes    tenantId string, importId string, from string, limit integer
//   returns  subject string, relation string, object string, factId string, lemma string, evidence list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', importId: 'i0', from: '', limit: 1000}

MATCH (s:Entity)
WHERE s.tenantId = $tenantId AND s.id >= $from
WITH s ORDER BY s.tenantId, s.id   // as the index has them, so that a page reads no more than itself
MATCH (s)-[r:!GAVE_FEEDBACK]->(o:Entity)
WHERE any(line IN r.evidence WHERE split(line, '\t')[7] = $importId)
RETURN s.id AS subject, type(r) AS relation, o.id AS object, r.factId AS factId, r.lemma AS lemma, r.evidence AS evidence
LIMIT $limit;
