// Notes that two nodes are not the same.
//
//   takes    tenantId string, one string, other string, by string, at string
//   returns  created boolean
//   seeks    _Apart(tenantId, one, other)
//   writes
//
// :param {tenantId: 'demo', one: 'brand:acme', other: 'brand:acme-tea', by: 'operator', at: '2026-11-01'}

MERGE (p:_Apart {tenantId: $tenantId, one: $one, other: $other})
ON CREATE SET p.by = $by, p.at = $at, p.fresh = true
WITH p, coalesce(p.fresh, false) AS created
REMOVE p.fresh
RETURN created;
