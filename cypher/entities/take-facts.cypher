// Takes facts away that are said of another node now; the nodes stay.
//
//   takes    tenantId string, facts list
//   returns  taken integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', facts: []}

UNWIND $facts AS fact
MATCH (:Entity {tenantId: $tenantId, id: fact.subject})-[r {factId: fact.factId}]->(:Entity {tenantId: $tenantId, id: fact.object})
DELETE r
RETURN count(*) AS taken;
