// The two-step paths from a seeker to each candidate, each with the term of the score that it belongs to and what it is worth before weighting.
// Adamic–Adar for what is shared and for wishes met, the share of the seeker's audiences for audiences, momentum for trends; what one side
// has and the other shuns counts against.
//
//   takes    tenantId string, seeds map, seekerId string, viewerId string, labels list, candidateIds list, degreeMax integer, now string
//   returns  id string, term string, value float, viaId string, viaName string, seedFactId string, factId string, confidence float
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', seeds: {`topic:street-food`: [{weight: 0.9, confidence: 0.9, wish: false, share: 0.0, factId: 'f0'}]}, seekerId: 'member:mia-tran', viewerId: 'member:mia-tran', labels: ['Brand'], candidateIds: ['brand:tonwerk'], degreeMax: 1000, now: '2026-11-01'}

UNWIND keys($seeds) AS viaId
MATCH (via:Entity {tenantId: $tenantId, id: viaId})
WITH via, COUNT { (via)--() } - COUNT { (via)-[:GAVE_FEEDBACK]-() } AS degree
WHERE degree <= $degreeMax             // a hub links everyone to everyone
MATCH (via)-[fact]-(to:Entity)
WHERE to.id IN $candidateIds AND to.id <> $seekerId AND any(label IN labels(to) WHERE label IN $labels)
  AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
UNWIND $seeds[via.id] AS seed
WITH via, fact, to, seed, type(fact) = 'SEEKS' OR fact.modality = 'desired' AS wish,
  seed.weight * fact.weight AS accord, log(CASE WHEN degree < 2 THEN 2 ELSE degree END) AS commonness
WHERE accord < 0 OR (seed.weight > 0 AND fact.weight > 0)   // that both shun a thing brings nobody together
WITH via, fact, to, seed, wish, accord, commonness, CASE
  WHEN accord < 0 THEN 'conflict'
  WHEN via:Trend THEN 'trend'
  WHEN via:Demographic THEN 'audience'
  WHEN seed.wish <> wish THEN 'goal'
  ELSE 'shared' END AS term
RETURN to.id AS id, term, CASE term
  WHEN 'audience' THEN accord * seed.share
  WHEN 'trend' THEN accord * coalesce(via.momentum_score, 0.5)
  ELSE accord / commonness END AS value,
  via.id AS viaId, via.name AS viaName, seed.factId AS seedFactId, fact.factId AS factId, seed.confidence * fact.confidence AS confidence
ORDER BY id, abs(value) DESC, viaId, factId, seedFactId;
