// A further name of a node, found by its key. `mergeId`: of the merge that it comes from, '' where a person gave it.
//
//   takes    tenantId string, alias map
//   returns  created boolean
//   seeks    _Alias(tenantId, key, entityId)
//   writes
//
// :param {tenantId: 'demo', alias: {key: 'tw', entityId: 'brand:tonwerk', name: 'TW', mergeId: '', by: 'operator', at: '2026-11-01'}}

MERGE (a:_Alias {tenantId: $tenantId, key: $alias.key, entityId: $alias.entityId})
ON CREATE SET a += $alias, a.fresh = true
WITH a, coalesce(a.fresh, false) AS created
REMOVE a.fresh
RETURN created;
