// A walk of three steps: to what the seeker has, to others who have it, to what they have. Each step is shared out by degree
// to the powers a and b (RP3beta: Paudel, Christoffel, Newell and Bernstein 2017), so crowds lend little; where it ends counts by `prior`, a
// factor for each degree: how much more is to be expected of what has so many facts (Good 1953). What is known of the seeker lends less the more
// of it is newer, by the power `fade`.
//
//   takes    tenantId string, seeds map, seekerId string, viewerId string, labels list, candidateIds list, degreeMax integer, breadth integer, firstFacts integer, secondFacts integer, a float, b float, fade float, prior map, now string, limit integer
//   returns  id string, label string, name string, value float
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', seeds: {`topic:street-food`: [{weight: 0.9, newer: 0}]}, seekerId: 'member:mia-tran', viewerId: 'member:mia-tran', labels: ['Brand'], candidateIds: [], degreeMax: 1000, breadth: 400, firstFacts: 2000, secondFacts: 4000, a: 0.7, b: 0.7, fade: 0.7, prior: {Item: [1.0]}, now: '2026-11-01', limit: 200}

UNWIND keys($seeds) AS firstId
MATCH (first:Entity {tenantId: $tenantId, id: firstId})
WITH first, COUNT { (first)--() } - COUNT { (first)-[:GAVE_FEEDBACK]-() } AS firstDegree, reduce(most = 0.0, lead IN [seed IN $seeds[firstId] | seed.weight / (1 + seed.newer) ^ $fade] | CASE WHEN lead > most THEN lead ELSE most END) AS weight
WHERE firstDegree <= $degreeMax AND weight > 0
WITH first, firstDegree AS facts, round(weight / firstDegree ^ $a, 12) AS lends ORDER BY lends DESC, first.id   // rounded so that what is equal stays so
WITH collect({node: first, lends: lends, facts: facts}) AS strongest
UNWIND reduce(on = {left: $firstFacts, nodes: []}, one IN strongest |   // until they have so many facts together
  CASE WHEN on.left > 0 THEN {left: on.left - one.facts, nodes: on.nodes + one} ELSE on END).nodes AS going
WITH going.node AS first, going.lends AS lends
MATCH (first)-[fact]-(second:Entity)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
WITH second, sum(lends * fact.weight) AS mass
WHERE second.id <> $seekerId
WITH second, mass, COUNT { (second)--() } - COUNT { (second)-[:GAVE_FEEDBACK]-() } AS secondDegree
WHERE secondDegree <= $degreeMax
WITH second, secondDegree AS facts, round(mass / secondDegree ^ $b, 12) AS mass
WHERE mass > 0
WITH second, facts, mass ORDER BY mass DESC, second.id LIMIT $breadth
WITH collect({node: second, mass: mass, facts: facts}) AS strongest
UNWIND reduce(on = {left: $secondFacts, nodes: []}, one IN strongest |
  CASE WHEN on.left > 0 THEN {left: on.left - one.facts, nodes: on.nodes + one} ELSE on END).nodes AS going
WITH going.node AS second, going.mass AS mass
MATCH (second)-[fact]-(to:Entity)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
  AND (to.visibleTo IS NULL OR $viewerId IN to.visibleTo) AND $seeds[to.id] IS NULL AND any(label IN labels(to) WHERE label IN $labels)
WITH to, [label IN labels(to) WHERE label <> 'Entity'][0] AS label, sum(mass * fact.weight) AS value,
  COUNT { (to)--() } - COUNT { (to)-[:GAVE_FEEDBACK]-() } AS degree
WITH to, label, value, degree, coalesce($prior[label], [1.0]) AS prior
WITH to.id AS id, label, to.name AS name, value * prior[CASE WHEN degree < size(prior) THEN degree ELSE size(prior) - 1 END] AS value
WHERE id <> $seekerId AND ($candidateIds = [] OR id IN $candidateIds)
RETURN id, label, name, value
ORDER BY value DESC, id
LIMIT $limit;
