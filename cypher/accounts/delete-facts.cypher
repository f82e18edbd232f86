// Takes facts away for which nobody speaks any more, and with them the nodes that only those facts had named.
//
//   takes    tenantId string, facts list
//   returns  deleted integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', facts: []}

UNWIND $facts AS fact
MATCH (s:Entity {tenantId: $tenantId, id: fact.subject})-[r {factId: fact.factId}]->(o:Entity {tenantId: $tenantId, id: fact.object})
WITH collect(r) AS gone, collect(s) + collect(o) AS ends
FOREACH (r IN gone | DELETE r)
WITH gone, ends
UNWIND ends AS e
WITH DISTINCT gone, e
FOREACH (x IN CASE WHEN e.described IS NULL AND COUNT { (e)--() } = 0 THEN [e] ELSE [] END | DELETE x)
RETURN size(gone) AS deleted LIMIT 1;
