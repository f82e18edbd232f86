// Brands of the same industry that are after the same audiences, topics and products as one.
//
//   asks     Who is like whom, and who against whom?
//   takes    tenantId string, entityId string, limit integer
//   returns  id string, name string, industry string, shared integer, things list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'brand:ironpetal', limit: 20}

MATCH (a:Entity {tenantId: $tenantId, id: $entityId})-[f:TARGETS_AUDIENCE|REACHES|SELLS|CREATES|COVERS_TOPIC|INTERESTED_IN|SEEKS|HAS_AFFINITY_WITH]->(x:Entity)
WHERE a.visibleTo IS NULL AND f.visibleTo IS NULL AND f.weight > 0
MATCH (x)<-[g:TARGETS_AUDIENCE|REACHES|SELLS|CREATES|COVERS_TOPIC|INTERESTED_IN|SEEKS|HAS_AFFINITY_WITH]-(b:Brand)
WHERE g.visibleTo IS NULL AND g.weight > 0 AND b <> a AND toLower(b.industry) = toLower(a.industry)
WITH b, x ORDER BY x.id
RETURN b.id AS id, b.name AS name, b.industry AS industry, count(DISTINCT x) AS shared, collect(DISTINCT x.name)[..10] AS things
ORDER BY shared DESC, id
LIMIT $limit;
