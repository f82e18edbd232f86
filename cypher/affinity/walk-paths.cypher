// The strongest three-step paths behind the walk's value for each candidate: by which thing and by whom it was reached.
//
//   takes    tenantId string, seeds map, seekerId string, viewerId string, candidateIds list, degreeMax integer, breadth integer, firstFacts integer, secondFacts integer, a float, b float, fade float, prior map, now string, paths integer
//   returns  id string, paths list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', seeds: {`topic:street-food`: [{weight: 0.9, confidence: 0.9, factId: 'f0', newer: 0}]}, seekerId: 'member:mia-tran', viewerId: 'member:mia-tran', candidateIds: ['brand:tonwerk'], degreeMax: 1000, breadth: 400, firstFacts: 2000, secondFacts: 4000, a: 0.7, b: 0.7, fade: 0.7, prior: {Item: [1.0]}, now: '2026-11-01', paths: 3}

UNWIND keys($seeds) AS firstId
MATCH (first:Entity {tenantId: $tenantId, id: firstId})
WITH first, COUNT { (first)--() } - COUNT { (first)-[:GAVE_FEEDBACK]-() } AS firstDegree, reduce(best = {lead: 0.0}, seed IN [seed IN $seeds[firstId] | {lead: seed.weight / (1 + seed.newer) ^ $fade, factId: seed.factId, confidence: seed.confidence}] |
  CASE WHEN seed.lead > best.lead THEN seed ELSE best END) AS seed
WHERE firstDegree <= $degreeMax AND seed.lead > 0
WITH first, seed, firstDegree AS facts, round(seed.lead / firstDegree ^ $a, 12) AS lends ORDER BY lends DESC, first.id   // rounded so that what is equal stays so
WITH collect({node: first, seed: seed, lends: lends, facts: facts}) AS strongest
UNWIND reduce(on = {left: $firstFacts, nodes: []}, one IN strongest |   // until they have so many facts together
  CASE WHEN on.left > 0 THEN {left: on.left - one.facts, nodes: on.nodes + one} ELSE on END).nodes AS going
WITH going.node AS first, going.seed AS seed, going.lends AS lends
MATCH (first)-[fact]-(second:Entity)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
WITH second, first, seed, fact, lends * fact.weight AS part ORDER BY part DESC, first.id, fact.factId
WITH second, sum(part) AS mass, collect({firstId: first.id, firstName: first.name, seedFactId: seed.factId, firstFactId: fact.factId,
  confidence: seed.confidence * fact.confidence, part: part})[..$paths] AS ways
WHERE second.id <> $seekerId
WITH second, ways, mass, COUNT { (second)--() } - COUNT { (second)-[:GAVE_FEEDBACK]-() } AS secondDegree
WHERE secondDegree <= $degreeMax
WITH second, ways, secondDegree AS facts, round(mass / secondDegree ^ $b, 12) AS mass
WHERE mass > 0
WITH second, ways, facts, mass ORDER BY mass DESC, second.id LIMIT $breadth
WITH collect({node: second, ways: ways, share: facts ^ $b, facts: facts}) AS strongest
UNWIND reduce(on = {left: $secondFacts, nodes: []}, one IN strongest |
  CASE WHEN on.left > 0 THEN {left: on.left - one.facts, nodes: on.nodes + one} ELSE on END).nodes AS going
WITH going.node AS second, going.ways AS ways, going.share AS secondDegree
MATCH (second)-[fact]-(to:Entity)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
  AND $seeds[to.id] IS NULL AND to.id IN $candidateIds
WITH second, ways, secondDegree, fact, to, COUNT { (to)--() } - COUNT { (to)-[:GAVE_FEEDBACK]-() } AS degree,
  coalesce($prior[[label IN labels(to) WHERE label <> 'Entity'][0]], [1.0]) AS prior
WITH second, ways, secondDegree, fact, to, prior[CASE WHEN degree < size(prior) THEN degree ELSE size(prior) - 1 END] AS prior
UNWIND ways AS way
WITH to, second, fact, way, way.part / secondDegree * fact.weight * prior AS value ORDER BY value DESC, second.id, way.firstId, fact.factId
RETURN to.id AS id, collect({value: value, confidence: way.confidence * fact.confidence, firstId: way.firstId, firstName: way.firstName, seedFactId: way.seedFactId, firstFactId: way.firstFactId,
  secondId: second.id, secondName: second.name, secondFactId: fact.factId})[..$paths] AS paths
ORDER BY id;
