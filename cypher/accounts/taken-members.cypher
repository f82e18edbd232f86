// Which of these ids of members are taken, by a node, by an account, or by a node that was merged away.
//
//   takes    tenantId string, ids list
//   returns  id string
//   seeks    Entity(tenantId, id), _Account(tenantId, memberId), _Merge(tenantId, from)
//
// :param {tenantId: 'demo', ids: ['member:mia-tran']}

UNWIND $ids AS id
OPTIONAL MATCH (e:Entity {tenantId: $tenantId, id: id})
OPTIONAL MATCH (a:_Account {tenantId: $tenantId, memberId: id})
OPTIONAL MATCH (m:_Merge {tenantId: $tenantId, from: id})
WITH id, e, a, m WHERE e IS NOT NULL OR a IS NOT NULL OR m IS NOT NULL
RETURN id
ORDER BY id;
