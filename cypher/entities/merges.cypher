// Every merge that holds, the last one first.
//
//   takes    tenantId string, limit integer
//   returns  merge map
//   seeks    _Merge(tenantId, id)
//
// :param {tenantId: 'demo', limit: 100}

MATCH (m:_Merge) WHERE m.tenantId = $tenantId AND m.id > ''
RETURN properties(m) AS merge
ORDER BY m.version DESC, m.id
LIMIT $limit;
