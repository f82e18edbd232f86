// The facts around an entity that one document is evidence of.
//
//   takes    tenantId string, entityId string, source string
//   returns  factId string, subject string, relation string, object string, evidence list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'member:mia-tran', source: 'member:mia-tran/answers'}

MATCH (e:Entity {tenantId: $tenantId, id: $entityId})-[r]-(:Entity)
WHERE any(line IN r.evidence WHERE split(line, '\t')[4] = $source)
RETURN DISTINCT r.factId AS factId, startNode(r).id AS subject, type(r) AS relation, endNode(r).id AS object, r.evidence AS evidence
ORDER BY factId;
