// Which of these ids of members are taken, by a node or by an account.
//
//   takes    tenantId string, ids list
//   returns  id string
//   seeks    Entity(tenantId, id), _Account(tenantId, memberId)
//
// :param {tenantId: 'demo', ids: ['member:mia-tran']}

UNWIND $ids AS id
OPTIONAL MATCH (e:Entity {tenantId: $tenantId, id: id})
OPTIONAL MATCH (a:_Account {tenantId: $tenantId, memberId: id})
WITH id, e, a WHERE e IS NOT NULL OR a IS NOT NULL
RETURN id
ORDER BY id;
