// Names and kinds of the entities in an answer, and who alone may know of them.
//
//   takes    tenantId string, ids list
//   returns  id string, label string, name string, visibleTo list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', ids: ['member:mia-tran']}

UNWIND $ids AS id
MATCH (e:Entity {tenantId: $tenantId, id: id})
RETURN e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS label, e.name AS name, e.visibleTo AS visibleTo
ORDER BY id;
