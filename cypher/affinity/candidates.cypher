// Who shares most with the seeker's neighbors; a rare shared neighbor counts more (Adamic and Adar 2003), a hub not at all. Those that
// lend most to each are looked at first, and nobody more when they have so many facts together.
//
//   takes    tenantId string, seeds map, seekerId string, viewerId string, labels list, degreeMax integer, viaFacts integer, now string, limit integer
//   returns  id string, label string, name string, score float
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', seeds: {`topic:street-food`: [{weight: 0.9}]}, seekerId: 'member:mia-tran', viewerId: 'member:mia-tran', labels: ['Member', 'Brand'], degreeMax: 1000, viaFacts: 10000, now: '2026-11-01', limit: 200}

UNWIND keys($seeds) AS viaId
MATCH (via:Entity {tenantId: $tenantId, id: viaId})
WITH via, COUNT { (via)--() } - COUNT { (via)-[:GAVE_FEEDBACK]-() } AS degree,
  reduce(sum = 0.0, seed IN $seeds[viaId] | sum + CASE WHEN seed.weight > 0 THEN seed.weight ELSE 0.0 END) AS weight
WHERE degree <= $degreeMax AND weight > 0   // a hub links everyone to everyone
WITH via, degree, round(weight / log(CASE WHEN degree < 2 THEN 2 ELSE degree END), 12) AS lends ORDER BY lends DESC, via.id
WITH collect({node: via, lends: lends, facts: degree}) AS strongest
UNWIND reduce(on = {left: $viaFacts, nodes: []}, one IN strongest |
  CASE WHEN on.left > 0 THEN {left: on.left - one.facts, nodes: on.nodes + one} ELSE on END).nodes AS going
WITH going.node AS via, going.lends AS lends
MATCH (via)-[fact]-(to:Entity)
WHERE to.id <> $seekerId AND (to.visibleTo IS NULL OR $viewerId IN to.visibleTo) AND any(label IN labels(to) WHERE label IN $labels)
  AND fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)   // what someone keeps to himself lends nobody else a score
WITH to, sum(lends * fact.weight) AS score
RETURN to.id AS id, [label IN labels(to) WHERE label <> 'Entity'][0] AS label, to.name AS name, score
ORDER BY score DESC, id
LIMIT $limit;
