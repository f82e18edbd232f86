// Of facts that might be written, those that are known, with the evidence they hold. The groups are those of graph/merge-facts.
//
//   takes    tenantId string, groups list
//   returns  factId string, evidence list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', groups: [{subject: 'member:ada', relation: 'HAS_AFFINITY_WITH', facts: [{object: 'topic:jazz', factId: 'f1'}]}]}

UNWIND $groups AS group
MATCH (s:Entity {tenantId: $tenantId, id: group.subject})
UNWIND group.facts AS fact
MATCH (s)-[r {factId: fact.factId}]->(:Entity {tenantId: $tenantId, id: fact.object})
RETURN fact.factId AS factId, r.evidence AS evidence;
