// A merge is undone: nothing is left of it.
//
//   takes    tenantId string, mergeId string, from string
//   returns  ended integer
//   seeks    _Merge(tenantId, id), _Alias(tenantId, entityId), _Aside(tenantId, mergeId, factId)
//   writes
//
// :param {tenantId: 'demo', mergeId: 'm0', from: 'brand:tonwerk-gmbh'}

MATCH (m:_Merge {tenantId: $tenantId, id: $mergeId})
OPTIONAL MATCH (a:_Alias {tenantId: $tenantId, entityId: $from}) WHERE a.mergeId = $mergeId
WITH m, collect(a) AS aliases
OPTIONAL MATCH (f:_Aside) WHERE f.tenantId = $tenantId AND f.mergeId = $mergeId AND f.factId > ''
WITH m, aliases, collect(f) AS aside
FOREACH (x IN aliases + aside + [m] | DELETE x)
RETURN count(*) AS ended;
