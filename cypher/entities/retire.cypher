// A node that was merged away leaves: nothing finds it any more, but it is kept as it was. What it alone said of itself, the other says now.
//
//   takes    tenantId string, mergeId string, from string, into string, version integer, own list, texts list
//   returns  filled list
//   seeks    _Merge(tenantId, id), Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', mergeId: 'm0', from: 'brand:tonwerk-gmbh', into: 'brand:tonwerk', version: 7, own: ['id'], texts: ['profile', 'goals', 'content']}

MATCH (m:_Merge {tenantId: $tenantId, id: $mergeId})
MATCH (from:Entity {tenantId: $tenantId, id: $from})
MATCH (into:Entity {tenantId: $tenantId, id: $into})
WITH m, from, into, labels(from) AS labels, [name IN keys(from) WHERE NOT name IN $own AND into[name] IS NULL] AS filled
FOREACH (name IN filled | SET into[name] = from[name])
FOREACH (_ IN CASE WHEN any(name IN filled WHERE name IN $texts) THEN [1] ELSE [] END | SET into.textVersion = $version)
FOREACH (label IN labels | REMOVE from:$(label))
SET from:_Merged, m.labels = labels, m.filled = filled, m.state = 'done', m.textVersion = $version
RETURN filled;
