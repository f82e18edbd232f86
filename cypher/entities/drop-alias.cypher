// A name that a person gave a node, and that it does not go by any more.
//
//   takes    tenantId string, key string, entityId string
//   returns  dropped integer
//   seeks    _Alias(tenantId, key, entityId)
//   writes
//
// :param {tenantId: 'demo', key: 'tw', entityId: 'brand:tonwerk'}

MATCH (a:_Alias {tenantId: $tenantId, key: $key, entityId: $entityId}) WHERE a.mergeId = ''
DELETE a
RETURN count(*) AS dropped;
