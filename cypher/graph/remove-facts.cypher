// Removes facts that nothing speaks for any more.
//
//   takes    tenantId string, facts list
//   returns  removed integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', facts: []}

UNWIND $facts AS fact
MATCH (s:Entity {tenantId: $tenantId, id: fact.subject})
MATCH (s)-[r:$(fact.relation) {factId: fact.factId}]->(:Entity {tenantId: $tenantId, id: fact.object})
DELETE r
RETURN count(*) AS removed;
