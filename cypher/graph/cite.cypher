// The facts that a reason names, each between its two ends, with all their evidence.
//
//   takes    tenantId string, facts list
//   returns  subject string, relation string, object string, fact map
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', facts: [{from: 'member:mia-tran', to: 'topic:street-food', factId: 'f0'}]}

UNWIND $facts AS cited
MATCH (a:Entity {tenantId: $tenantId, id: cited.from})-[r {factId: cited.factId}]-(:Entity {tenantId: $tenantId, id: cited.to})
RETURN DISTINCT startNode(r).id AS subject, type(r) AS relation, endNode(r).id AS object, properties(r) AS fact;
