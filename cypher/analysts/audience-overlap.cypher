// Who speaks to the same audiences as an entity, by the share of audiences that both have (Jaccard).
//
//   asks     How do two hang together?
//   takes    tenantId string, entityId string, limit integer
//   returns  id string, name string, shared integer, overlap float, audiences list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'brand:balkonara', limit: 20}

MATCH (a:Entity {tenantId: $tenantId, id: $entityId})-[f:TARGETS_AUDIENCE|REACHES]->(d:Demographic)
WHERE a.visibleTo IS NULL AND f.visibleTo IS NULL AND f.weight > 0
WITH a, collect(DISTINCT d) AS own
UNWIND own AS d
MATCH (d)<-[g:TARGETS_AUDIENCE|REACHES]-(b:Entity)
WHERE g.visibleTo IS NULL AND g.weight > 0 AND b <> a
WITH own, b, count(DISTINCT d) AS shared, collect(DISTINCT d.name) AS audiences
WITH b, shared, audiences, size(own) AS owned, COUNT { MATCH (b)-[h:TARGETS_AUDIENCE|REACHES]->(x:Demographic) WHERE h.visibleTo IS NULL AND h.weight > 0 RETURN DISTINCT x } AS theirs
RETURN b.id AS id, b.name AS name, shared, toFloat(shared) / (owned + theirs - shared) AS overlap, audiences
ORDER BY overlap DESC, shared DESC, id
LIMIT $limit;
