// The nodes that everyone may know, by name, page by page; which of them have texts, and how many facts.
//
//   takes    tenantId string, after string, limit integer
//   returns  id string, label string, name string, key string, described boolean, textVersion integer, facts integer
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', after: '', limit: 2000}

MATCH (e:Entity)
WHERE e.tenantId = $tenantId AND e.id > $after AND e.visibleTo IS NULL AND NOT e:Amount AND NOT e:Content AND NOT e:Item
WITH e ORDER BY e.id LIMIT $limit
RETURN e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS label, e.name AS name, e.key AS key, coalesce(e.described, false) AS described,
  coalesce(e.textVersion, 0) AS textVersion, COUNT { (e)--() } AS facts
ORDER BY id;
