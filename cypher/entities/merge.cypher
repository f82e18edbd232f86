// A merge by its id, or by the node that it took away.
//
//   takes    tenantId string, id string, from string
//   returns  merge map
//   seeks    _Merge(tenantId, id), _Merge(tenantId, from)
//
// :param {tenantId: 'demo', id: 'm0', from: ''}

CALL () {
  MATCH (m:_Merge {tenantId: $tenantId, id: $id})
  RETURN m
  UNION
  MATCH (m:_Merge {tenantId: $tenantId, from: $from})
  RETURN m
}
RETURN properties(m) AS merge;
