// The strongest three-step paths behind the walk's value for each candidate: by which thing and by whom it was reached.
//
//   takes    tenantId string, seeds map, seekerId string, viewerId string, candidateIds list, degreeMax integer, breadth integer, a float, b float, prior map, now string, paths integer
//   returns  id string, paths list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', seeds: {`topic:street-food`: [{weight: 0.9, factId: 'f0'}]}, seekerId: 'member:mia-tran', viewerId: 'member:mia-tran', candidateIds: ['brand:tonwerk'], degreeMax: 1000, breadth: 1000, a: 0.7, b: 0.5, prior: {Item: [1.0]}, now: '2026-11-01', paths: 3}

UNWIND keys($seeds) AS firstId
MATCH (first:Entity {tenantId: $tenantId, id: firstId})
WITH first, COUNT { (first)--() } - COUNT { (first)-[:GAVE_FEEDBACK]-() } AS firstDegree, reduce(best = {weight: 0.0}, seed IN $seeds[firstId] | CASE WHEN seed.weight > best.weight THEN seed ELSE best END) AS seed
WHERE firstDegree <= $degreeMax AND seed.weight > 0
MATCH (first)-[fact]-(second:Entity)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
WITH second, first, seed, fact, seed.weight * fact.weight / firstDegree ^ $a AS part ORDER BY part DESC, first.id, fact.factId
WITH second, sum(part) AS mass, collect({firstId: first.id, firstName: first.name, seedFactId: seed.factId, firstFactId: fact.factId, part: part})[..$paths] AS ways
WHERE second.id <> $seekerId
WITH second, ways, mass, COUNT { (second)--() } - COUNT { (second)-[:GAVE_FEEDBACK]-() } AS secondDegree
WHERE secondDegree <= $degreeMax
WITH second, ways, secondDegree ^ $b AS secondDegree, mass / secondDegree ^ $b AS mass ORDER BY mass DESC, second.id LIMIT $breadth
MATCH (second)-[fact]-(to:Entity)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
  AND $seeds[to.id] IS NULL AND to.id IN $candidateIds
WITH second, ways, secondDegree, fact, to, COUNT { (to)--() } - COUNT { (to)-[:GAVE_FEEDBACK]-() } AS degree,
  coalesce($prior[[label IN labels(to) WHERE label <> 'Entity'][0]], [1.0]) AS prior
WITH second, ways, secondDegree, fact, to, prior[CASE WHEN degree < size(prior) THEN degree ELSE size(prior) - 1 END] AS prior
UNWIND ways AS way
WITH to, second, fact, way, way.part / secondDegree * fact.weight * prior AS value ORDER BY value DESC, second.id, way.firstId, fact.factId
RETURN to.id AS id, collect({value: value, firstId: way.firstId, firstName: way.firstName, seedFactId: way.seedFactId, firstFactId: way.firstFactId,
  secondId: second.id, secondName: second.name, secondFactId: fact.factId})[..$paths] AS paths
ORDER BY id;
