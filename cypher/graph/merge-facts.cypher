// One relationship per fact; what is said of one subject in the same words comes as a group. Returns those that were there before, with the evidence
// they hold, so that the new can be merged into it.
//
//   takes    tenantId string, version integer, groups list with integer count certainPositive certainNegative possiblePositive possibleNegative desiredPositive desiredNegative
//   returns  factId string, evidence list
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', version: 1, groups: [{subject: 'member:ada', relation: 'HAS_AFFINITY_WITH', properties: {polarity: '+', modality: 'certain', confidence: 1.0, evidence: []}, facts: [{object: 'topic:jazz', factId: 'f1'}]}]}

UNWIND $groups AS group
MATCH (s:Entity {tenantId: $tenantId, id: group.subject})
UNWIND group.facts AS fact
MATCH (o:Entity {tenantId: $tenantId, id: fact.object})
MERGE (s)-[r:$(group.relation) {factId: fact.factId}]->(o)
ON CREATE SET r += group.properties, r.version = $version
WITH fact, r WHERE r.version < $version
RETURN fact.factId AS factId, r.evidence AS evidence;
