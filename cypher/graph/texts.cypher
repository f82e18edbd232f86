// Entities whose texts changed after a version, page by page: what the vector index has still to read.
//
//   takes    tenantId string, since integer, after string, limit integer
//   returns  id string, textVersion integer, profile string, goals string, content string
//   seeks    Entity(tenantId, textVersion)
//
// :param {tenantId: 'demo', since: 0, after: '', limit: 500}

MATCH (e:Entity)
USING INDEX e:Entity(tenantId, textVersion)
WHERE e.tenantId = $tenantId AND e.textVersion > $since AND e.id > $after
RETURN e.id AS id, e.textVersion AS textVersion, e.profile AS profile, e.goals AS goals, e.content AS content
ORDER BY id
LIMIT $limit;
