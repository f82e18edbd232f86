// Entities of the same kind that have most in common with one; a rare thing counts more (Adamic and Adar 2003), what more than 1,000 have not at all.
//
//   asks     Who is like whom, and who against whom?
//   takes    tenantId string, entityId string, limit integer
//   returns  id string, name string, score float, shared list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'brand:tonwerk', limit: 20}

MATCH (a:Entity {tenantId: $tenantId, id: $entityId})-[f:!GAVE_FEEDBACK]-(x:Entity)
WHERE a.visibleTo IS NULL AND f.visibleTo IS NULL AND f.factId IS NOT NULL AND f.weight > 0
WITH DISTINCT a, x, COUNT { (x)-[h]-() WHERE h.visibleTo IS NULL AND h.factId IS NOT NULL } AS degree
WHERE degree > 1 AND degree <= 1000
MATCH (x)-[g:!GAVE_FEEDBACK]-(b:Entity)
WHERE g.visibleTo IS NULL AND g.factId IS NOT NULL AND g.weight > 0 AND b <> a AND labels(b) = labels(a)
WITH DISTINCT b, x, degree ORDER BY degree, x.id
RETURN b.id AS id, b.name AS name, sum(1 / log(degree)) AS score, collect(x.name)[..5] AS shared
ORDER BY score DESC, id
LIMIT $limit;
