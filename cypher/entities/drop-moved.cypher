// Moved facts that are back at their place.
//
//   takes    tenantId string, mergeId string, factIds list
//   returns  dropped integer
//   seeks    _Moved(tenantId, mergeId, factId)
//   writes
//
// :param {tenantId: 'demo', mergeId: 'm0', factIds: []}

UNWIND $factIds AS factId
MATCH (f:_Moved {tenantId: $tenantId, mergeId: $mergeId, factId: factId})
DELETE f
RETURN count(*) AS dropped;
