// Notes what a write touched, in its own transaction, and where that is little what its facts say now, as JSON; the oldest notes go.
//
//   takes    tenantId string, version integer, nodes list, facts list, texts boolean, said string, kept integer
//   returns  version integer
//   seeks    _Change(tenantId, version)
//   writes
//
// :param {tenantId: 'demo', version: 7, nodes: ['topic:jazz'], facts: ['member:ada\tf1\ttopic:jazz'], texts: false, said: '', kept: 1000}

MERGE (c:_Change {tenantId: $tenantId, version: $version})
SET c.nodes = $nodes, c.facts = $facts, c.texts = $texts, c.said = $said
WITH c
OPTIONAL MATCH (old:_Change {tenantId: $tenantId, version: $version - $kept})
DELETE old
RETURN c.version AS version;
