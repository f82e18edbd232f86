// Keys by which nodes go beside their own, with the node that each means now.
//
//   takes    tenantId string, limit integer
//   returns  key string, id string
//   seeks    _Alias(tenantId, entityId), _Merge(tenantId, from)
//
// :param {tenantId: 'demo', limit: 10000}

MATCH (a:_Alias) WHERE a.tenantId = $tenantId AND a.entityId > ''
WITH a LIMIT $limit
OPTIONAL MATCH (m:_Merge {tenantId: $tenantId, from: a.entityId})
RETURN a.key AS key, coalesce(m.now, a.entityId) AS id;
