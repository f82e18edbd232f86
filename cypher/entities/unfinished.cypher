// Merges of which one of these nodes is part, and which are under way.
//
//   takes    tenantId string, ids list
//   returns  id string, state string
//   seeks    _Merge(tenantId, id)
//
// :param {tenantId: 'demo', ids: ['brand:tonwerk']}

MATCH (m:_Merge) WHERE m.tenantId = $tenantId AND m.id > '' AND m.state <> 'done' AND (m.from IN $ids OR m.into IN $ids)
RETURN m.id AS id, m.state AS state
ORDER BY id;
