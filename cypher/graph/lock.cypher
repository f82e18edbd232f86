// Counts one write of a tenant's graph, and tells whether any ids mean other nodes. Its row lock makes the writers of one tenant take turns, so that
// evidence is never lost.
//
//   takes    tenantId string
//   returns  version integer, merges boolean
//   seeks    _Graph(tenantId)
//   writes
//
// :param {tenantId: 'demo'}

MERGE (g:_Graph {tenantId: $tenantId})
ON CREATE SET g.version = 0
SET g.version = g.version + 1          // reads after the lock is held: no update is lost
RETURN g.version AS version, EXISTS { MATCH (m:_Merge) WHERE m.tenantId = $tenantId AND m.from > '' } AS merges;
