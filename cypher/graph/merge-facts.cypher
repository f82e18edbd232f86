// One relationship per fact. Returns those that were there before, with the evidence they hold, so that the new can be merged into it.
//
//   takes    tenantId string, version integer, facts list with integer count certainPositive certainNegative possiblePositive possibleNegative desiredPositive desiredNegative
//   returns  factId string, evidence list
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', version: 1, facts: [{subject: 'member:ada', relation: 'HAS_AFFINITY_WITH', object: 'topic:jazz', factId: 'f1', evidence: [], resolved: {polarity: '+', modality: 'certain', confidence: 1.0}}]}

UNWIND $facts AS fact
MATCH (s:Entity {tenantId: $tenantId, id: fact.subject})
MATCH (o:Entity {tenantId: $tenantId, id: fact.object})
MERGE (s)-[r:$(fact.relation) {factId: fact.factId}]->(o)
ON CREATE SET r += fact.resolved, r.evidence = fact.evidence, r.version = $version
WITH fact, r WHERE r.version < $version
RETURN fact.factId AS factId, r.evidence AS evidence;
