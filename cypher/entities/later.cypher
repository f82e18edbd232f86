// Later merges that lie on top of one: of its two nodes, or of a node at the other end of a fact that it moved. The last one first.
//
//   takes    tenantId string, id string
//   returns  id string
//   seeks    _Merge(tenantId, id), _Moved(tenantId, other)
//
// :param {tenantId: 'demo', id: 'm0'}

MATCH (m:_Merge {tenantId: $tenantId, id: $id})
MATCH (later:_Merge) WHERE later.tenantId = $tenantId AND later.id > '' AND later.version > m.version
WITH m, later ORDER BY later.version DESC
WHERE later.from = m.into OR later.into IN [m.from, m.into]
  OR EXISTS { MATCH (f:_Moved) WHERE f.tenantId = $tenantId AND f.other IN [later.from, later.into] AND f.mergeId = m.id }
RETURN later.id AS id;
