// How many writes the tenant's graph has seen: what an index, a cache or a projection was built from.
//
//   takes    tenantId string
//   returns  version integer
//   seeks    _Graph(tenantId)
//
// :param {tenantId: 'demo'}

OPTIONAL MATCH (g:_Graph {tenantId: $tenantId})
RETURN coalesce(g.version, 0) AS version;
