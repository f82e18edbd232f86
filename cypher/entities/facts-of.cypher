// Some of the facts at a node, whichever way they point, with all their evidence.
//
//   takes    tenantId string, entityId string, limit integer
//   returns  outgoing boolean, other string, relation string, factId string, lemma string, evidence list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'brand:tonwerk', limit: 1000}

MATCH (e:Entity {tenantId: $tenantId, id: $entityId})-[r:!GAVE_FEEDBACK]-(other:Entity)
RETURN startNode(r) = e AS outgoing, other.id AS other, type(r) AS relation, r.factId AS factId, r.lemma AS lemma, r.evidence AS evidence
LIMIT $limit;
