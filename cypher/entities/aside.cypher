// Facts between the two nodes of a merge.
//
//   takes    tenantId string, mergeId string
//   returns  fact map
//   seeks    _Aside(tenantId, mergeId, factId)
//
// :param {tenantId: 'demo', mergeId: 'm0'}

MATCH (f:_Aside) WHERE f.tenantId = $tenantId AND f.mergeId = $mergeId AND f.factId > ''
RETURN properties(f) AS fact;
