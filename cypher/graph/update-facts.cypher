// Replaces the evidence of facts and what it resolves to.
//
//   takes    tenantId string, version integer, facts list with integer count certainPositive certainNegative possiblePositive possibleNegative desiredPositive desiredNegative
//   returns  updated integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', version: 2, facts: []}

UNWIND $facts AS fact
MATCH (s:Entity {tenantId: $tenantId, id: fact.subject})
MATCH (s)-[r:$(fact.relation) {factId: fact.factId}]->(:Entity {tenantId: $tenantId, id: fact.object})
SET r += fact.resolved, r.evidence = fact.evidence, r.version = $version
RETURN count(r) AS updated;
