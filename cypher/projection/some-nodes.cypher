// Nodes by id, as the projection holds them; one that is gone is not returned.
//
//   takes    tenantId string, ids list
//   returns  id string, label string, name string, visibleTo list, momentum float, stances list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', ids: ['member:mia-tran']}

UNWIND $ids AS id
MATCH (e:Entity {tenantId: $tenantId, id: id})
RETURN e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS label, e.name AS name, e.visibleTo AS visibleTo, e.momentum_score AS momentum,
  COLLECT { MATCH (e)-[f:GAVE_FEEDBACK]->(target:Entity) WHERE f.type IN ['accept', 'reject', 'hide'] RETURN {id: f.id, targetId: target.id, type: f.type, reason: f.reason, at: f.at} } AS stances;
