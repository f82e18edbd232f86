// Of nodes that might be written, those that are known.
//
//   takes    tenantId string, ids list
//   returns  id string, name string, described boolean
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', ids: ['topic:jazz']}

UNWIND $ids AS id
MATCH (e:Entity {tenantId: $tenantId, id: id})
RETURN e.id AS id, e.name AS name, coalesce(e.described, false) AS described;
