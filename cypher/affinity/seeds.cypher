// What is known about a seeker: the neighbors from which every graph term of the score sets out, the weightiest first. `newer`: how many of them were
// observed later, by the second.
//
//   takes    tenantId string, entityId string, viewerId string, now string, limit integer
//   returns  id string, label string, name string, factId string, weight float, confidence float, wish boolean, newer integer
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'member:mia-tran', viewerId: 'member:mia-tran', now: '2026-11-01', limit: 500}

MATCH (seeker:Entity {tenantId: $tenantId, id: $entityId})-[fact:!GAVE_FEEDBACK]-(x:Entity)
WHERE NOT x:Amount AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
WITH fact, x ORDER BY abs(fact.weight) DESC, COUNT { (x)--() } - COUNT { (x)-[:GAVE_FEEDBACK]-() }, x.id, fact.factId LIMIT $limit
WITH collect({fact: fact, x: x, seen: left(fact.observedAt + 'T00:00:00', 19)}) AS known   // a day alone is its beginning
UNWIND known AS one
WITH one.fact AS fact, one.x AS x, size([other IN known WHERE other.seen > one.seen]) AS newer
RETURN x.id AS id, [label IN labels(x) WHERE label <> 'Entity'][0] AS label, x.name AS name, fact.factId AS factId,
  toFloat(fact.weight) AS weight, toFloat(fact.confidence) AS confidence, type(fact) = 'SEEKS' OR fact.modality = 'desired' AS wish, newer;
