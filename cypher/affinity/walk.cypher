// A walk of three steps: to what the seeker has, to others who have it, to what they have. Each step is shared out by degree
// to the powers a and b (RP3beta: Paudel, Christoffel, Newell and Bernstein 2017), so crowds lend little; where it ends counts by `prior`, a
// factor for each degree: how much more is to be expected of what has so many facts (Good 1953).
//
//   takes    tenantId string, seeds map, seekerId string, viewerId string, labels list, candidateIds list, degreeMax integer, breadth integer, a float, b float, prior map, now string, limit integer
//   returns  id string, value float, confidence float
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', seeds: {`topic:street-food`: [{weight: 0.9}]}, seekerId: 'member:mia-tran', viewerId: 'member:mia-tran', labels: ['Brand'], candidateIds: [], degreeMax: 1000, breadth: 1000, a: 0.7, b: 0.5, prior: {Item: [1.0]}, now: '2026-11-01', limit: 200}

UNWIND keys($seeds) AS firstId
MATCH (first:Entity {tenantId: $tenantId, id: firstId})
WITH first, COUNT { (first)--() } - COUNT { (first)-[:GAVE_FEEDBACK]-() } AS firstDegree, reduce(weight = 0.0, seed IN $seeds[firstId] | CASE WHEN seed.weight > weight THEN seed.weight ELSE weight END) AS weight
WHERE firstDegree <= $degreeMax AND weight > 0
MATCH (first)-[fact]-(second:Entity)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
WITH second, sum(weight * fact.weight / firstDegree ^ $a) AS mass
WHERE second.id <> $seekerId
WITH second, mass, COUNT { (second)--() } - COUNT { (second)-[:GAVE_FEEDBACK]-() } AS secondDegree
WHERE secondDegree <= $degreeMax
WITH second, mass / secondDegree ^ $b AS mass ORDER BY mass DESC, second.id LIMIT $breadth
MATCH (second)-[fact]-(to:Entity)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
  AND $seeds[to.id] IS NULL AND any(label IN labels(to) WHERE label IN $labels)
WITH to, sum(mass * fact.weight) AS value, sum(mass) AS mass, COUNT { (to)--() } - COUNT { (to)-[:GAVE_FEEDBACK]-() } AS degree,
  coalesce($prior[[label IN labels(to) WHERE label <> 'Entity'][0]], [1.0]) AS prior
WITH to.id AS id, value * prior[CASE WHEN degree < size(prior) THEN degree ELSE size(prior) - 1 END] AS value, value / mass AS confidence // of the last step
WHERE id <> $seekerId AND ($candidateIds = [] OR id IN $candidateIds)
RETURN id, value, confidence
ORDER BY value DESC, id
LIMIT $limit;
