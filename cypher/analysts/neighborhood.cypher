// The facts around one entity, the surest first, and whom they lead to.
//
//   asks     What is around something?
//   takes    tenantId string, entityId string, limit integer
//   returns  relation string, outgoing boolean, otherId string, other string, label string, polarity string, modality string, confidence float, factId string
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'member:mia-tran', limit: 20}

MATCH (e:Entity {tenantId: $tenantId, id: $entityId})-[r:!GAVE_FEEDBACK]-(other:Entity)
WHERE e.visibleTo IS NULL AND r.visibleTo IS NULL AND r.factId IS NOT NULL
RETURN type(r) AS relation, startNode(r) = e AS outgoing, other.id AS otherId, other.name AS other, [label IN labels(other) WHERE label <> 'Entity'][0] AS label,
  r.polarity AS polarity, r.modality AS modality, r.confidence AS confidence, r.factId AS factId
ORDER BY confidence DESC, relation, otherId
LIMIT $limit;
