// Nodes that nobody has described and no fact names any more.
//
//   takes    tenantId string, ids list
//   returns  dropped integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', ids: ['brand:tonwerk-gmbh']}

UNWIND $ids AS id
MATCH (e:Entity {tenantId: $tenantId, id: id})
WHERE e.described IS NULL AND NOT EXISTS { (e)--() }
DELETE e
RETURN count(*) AS dropped;
