// The shortest ways from one entity to another, four facts long at most; names and relations in turn.
//
//   asks     How do two hang together?
//   takes    tenantId string, entityId string, otherId string, limit integer
//   returns  length integer, names list, relations list, factIds list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'member:mia-tran', otherId: 'brand:tonwerk', limit: 20}

MATCH (a:Entity {tenantId: $tenantId, id: $entityId})
MATCH (b:Entity {tenantId: $tenantId, id: $otherId})
WHERE a.visibleTo IS NULL AND b.visibleTo IS NULL
MATCH way = ALL SHORTEST (a)-[r WHERE r.visibleTo IS NULL AND r.factId IS NOT NULL]-{1,4}(b)
RETURN length(way) AS length, [x IN nodes(way) | x.name] AS names, [fact IN relationships(way) | type(fact)] AS relations, [fact IN relationships(way) | fact.factId] AS factIds
ORDER BY names, relations
LIMIT $limit;
