// Who shares most with the seeker's neighbors; a rare shared neighbor counts more (Adamic and Adar 2003), a hub not at all.
//
//   takes    tenantId string, seeds map, seekerId string, viewerId string, labels list, degreeMax integer, now string, limit integer
//   returns  id string, score float
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', seeds: {`topic:street-food`: [{weight: 0.9}]}, seekerId: 'member:mia-tran', viewerId: 'member:mia-tran', labels: ['Member', 'Brand'], degreeMax: 1000, now: '2026-11-01', limit: 200}

UNWIND keys($seeds) AS viaId
MATCH (via:Entity {tenantId: $tenantId, id: viaId})
WITH via, COUNT { (via)--() } - COUNT { (via)-[:GAVE_FEEDBACK]-() } AS degree
WHERE degree <= $degreeMax             // a hub links everyone to everyone
UNWIND $seeds[via.id] AS seed
MATCH (via)-[fact]-(to:Entity)
WHERE to.id <> $seekerId AND (to.visibleTo IS NULL OR $viewerId IN to.visibleTo) AND any(label IN labels(to) WHERE label IN $labels)
  AND seed.weight > 0 AND fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)   // what someone keeps to himself lends nobody else a score
WITH to, sum(seed.weight * fact.weight / log(CASE WHEN degree < 2 THEN 2 ELSE degree END)) AS score
RETURN to.id AS id, score
ORDER BY score DESC, id
LIMIT $limit;
