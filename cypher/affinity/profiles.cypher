// Names and kinds of the entities in an answer.
//
//   takes    tenantId string, ids list
//   returns  id string, label string, name string
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', ids: ['member:mia-tran']}

UNWIND $ids AS id
MATCH (e:Entity {tenantId: $tenantId, id: id})
RETURN e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS label, e.name AS name
ORDER BY id;
