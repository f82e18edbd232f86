// The imports of a tenant before a moment, the newest first; of one (by id), or of all (''). Within one moment the id decides.
//
//   takes    tenantId string, only string, at string, id string, limit integer
//   returns  found map
//   seeks    _Import(tenantId, id)
//
// :param {tenantId: 'demo', only: '', at: '9999', id: '', limit: 50}

MATCH (i:_Import {tenantId: $tenantId})
WHERE i.id >= $only AND ($only = '' OR i.id = $only)
  AND (coalesce(i.at, '') < $at OR (coalesce(i.at, '') = $at AND i.id > $id))
RETURN properties(i) AS found
ORDER BY coalesce(i.at, '') DESC, i.id
LIMIT $limit;
