// Of nodes that might be written, those that are known.
//
//   takes    tenantId string, ids list
//   returns  id string, described boolean, properties map
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', ids: ['topic:jazz']}

UNWIND $ids AS id
MATCH (e:Entity {tenantId: $tenantId, id: id})
RETURN e.id AS id, coalesce(e.described, false) AS described, properties(e) AS properties;
