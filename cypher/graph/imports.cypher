// Every import of a tenant, the last one first.
//
//   takes    tenantId string
//   returns  importId string, path string, format string, lines integer, at string
//   seeks    _Import(tenantId, id)
//
// :param {tenantId: 'demo'}

MATCH (i:_Import {tenantId: $tenantId})
WHERE i.id > ''   // for the index
RETURN i.id AS importId, i.path AS path, i.format AS format, i.lines AS lines, coalesce(i.at, '') AS at
ORDER BY at DESC, importId;
