// What one entity stands against and others stand for, or the other way round.
//
//   asks     Who is like whom, and who against whom?
//   takes    tenantId string, entityId string, limit integer
//   returns  id string, name string, thing string, entityRelation string, entityWeight float, otherRelation string, otherWeight float
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'brand:hollyhock-row', limit: 20}

MATCH (a:Entity {tenantId: $tenantId, id: $entityId})-[f:!GAVE_FEEDBACK]-(x:Entity)
WHERE a.visibleTo IS NULL AND f.visibleTo IS NULL AND f.factId IS NOT NULL AND f.weight <> 0
MATCH (x)-[g:!GAVE_FEEDBACK]-(b:Entity)
WHERE g.visibleTo IS NULL AND g.factId IS NOT NULL AND f.weight * g.weight < 0 AND b <> a AND (b:Member OR b:Brand)
RETURN b.id AS id, b.name AS name, x.name AS thing, type(f) AS entityRelation, toFloat(f.weight) AS entityWeight, type(g) AS otherRelation, toFloat(g.weight) AS otherWeight
ORDER BY f.weight * g.weight, id, thing
LIMIT $limit;
