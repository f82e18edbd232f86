// Which pairs are known not to be the same, as the nodes that their ids mean now.
//
//   takes    tenantId string
//   returns  one string, other string
//   seeks    _Apart(tenantId, one, other), _Merge(tenantId, from)
//
// :param {tenantId: 'demo'}

MATCH (p:_Apart) WHERE p.tenantId = $tenantId AND p.one > '' AND p.other > ''
OPTIONAL MATCH (a:_Merge {tenantId: $tenantId, from: p.one})
OPTIONAL MATCH (b:_Merge {tenantId: $tenantId, from: p.other})
RETURN coalesce(a.now, p.one) AS one, coalesce(b.now, p.other) AS other;
