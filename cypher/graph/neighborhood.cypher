// The facts around one entity, the surest first, with the sentence evidence of each.
//
//   takes    tenantId string, entityId string, limit integer
//   returns  otherId string, label string, name string, degree integer, outgoing boolean, relation string, fact map
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'member:mia-tran', limit: 50}

MATCH (e:Entity {tenantId: $tenantId, id: $entityId})-[r:!GAVE_FEEDBACK]-(other:Entity)
WITH e, r, other ORDER BY r.confidence DESC, r.factId LIMIT $limit
RETURN other.id AS otherId, [label IN labels(other) WHERE label <> 'Entity'][0] AS label, other.name AS name,
  COUNT { (other)--() } - COUNT { (other)-[:GAVE_FEEDBACK]-() } AS degree, startNode(r) = e AS outgoing, type(r) AS relation, properties(r) AS fact
ORDER BY fact.confidence DESC, fact.factId;
