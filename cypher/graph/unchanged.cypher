// Takes back the count of a write that found everything in place already.
//
//   takes    tenantId string
//   returns  version integer
//   seeks    _Graph(tenantId)
//   writes
//
// :param {tenantId: 'demo'}

MATCH (g:_Graph {tenantId: $tenantId})
SET g.version = g.version - 1
RETURN g.version AS version;
