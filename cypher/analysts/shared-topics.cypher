// What two entities both have to do with, the rarest first: a rare thing in common says more.
//
//   asks     What is around something?
//   takes    tenantId string, entityId string, otherId string, limit integer
//   returns  id string, name string, label string, entityRelation string, otherRelation string, degree integer
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'member:amadou-diallo', otherId: 'brand:sunladder', limit: 20}

MATCH (a:Entity {tenantId: $tenantId, id: $entityId})-[f:!GAVE_FEEDBACK]-(x:Entity)-[g:!GAVE_FEEDBACK]-(b:Entity {tenantId: $tenantId, id: $otherId})
WHERE a.visibleTo IS NULL AND b.visibleTo IS NULL AND f.visibleTo IS NULL AND g.visibleTo IS NULL AND f.factId IS NOT NULL AND g.factId IS NOT NULL
RETURN x.id AS id, x.name AS name, [label IN labels(x) WHERE label <> 'Entity'][0] AS label, type(f) AS entityRelation, type(g) AS otherRelation,
  COUNT { (x)-[h]-() WHERE h.visibleTo IS NULL AND h.factId IS NOT NULL } AS degree
ORDER BY degree, id, entityRelation, otherRelation
LIMIT $limit;
