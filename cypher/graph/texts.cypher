// Entities whose texts changed after a version, page by page: what the vector index has still to read. One that was merged away since has none.
//
//   takes    tenantId string, since integer, after string, limit integer
//   returns  id string, textVersion integer, profile string, goals string, content string
//   seeks    Entity(tenantId, textVersion), _Merge(tenantId, textVersion)
//
// :param {tenantId: 'demo', since: 0, after: '', limit: 500}

CALL () {
  MATCH (e:Entity)
  USING INDEX e:Entity(tenantId, textVersion)
  WHERE e.tenantId = $tenantId AND e.textVersion > $since AND e.id > $after
  RETURN e.id AS id, e.textVersion AS textVersion, e.profile AS profile, e.goals AS goals, e.content AS content
  UNION ALL
  MATCH (m:_Merge)
  USING INDEX m:_Merge(tenantId, textVersion)
  WHERE m.tenantId = $tenantId AND m.textVersion > $since AND m.from > $after
  RETURN m.from AS id, m.textVersion AS textVersion, null AS profile, null AS goals, null AS content
}
RETURN id, textVersion, profile, goals, content
ORDER BY id
LIMIT $limit;
