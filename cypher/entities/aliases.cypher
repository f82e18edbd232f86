// By which further names a node goes: its own, and those of the nodes that were merged into it.
//
//   takes    tenantId string, entityId string
//   returns  name string, entityId string
//   seeks    _Alias(tenantId, entityId), _Merge(tenantId, now)
//
// :param {tenantId: 'demo', entityId: 'brand:tonwerk'}

OPTIONAL MATCH (m:_Merge {tenantId: $tenantId, now: $entityId})
WITH [$entityId] + collect(m.from) AS ids
UNWIND ids AS id
MATCH (a:_Alias {tenantId: $tenantId, entityId: id})
RETURN DISTINCT a.name AS name, a.entityId AS entityId
ORDER BY name, entityId;
