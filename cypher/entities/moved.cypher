// Some of the facts that a merge moved.
//
//   takes    tenantId string, mergeId string, limit integer
//   returns  fact map
//   seeks    _Moved(tenantId, mergeId, factId)
//
// :param {tenantId: 'demo', mergeId: 'm0', limit: 1000}

MATCH (f:_Moved) WHERE f.tenantId = $tenantId AND f.mergeId = $mergeId AND f.factId > ''
RETURN properties(f) AS fact
LIMIT $limit;
