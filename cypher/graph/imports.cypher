// Every import of a tenant, the last one first.
//
//   takes    tenantId string
//   returns  importId string, path string, format string, state string, lines integer, read integer, created integer, merged integer, duplicate integer, rejected integer, bytes integer, totalBytes integer, at string, error string
//   seeks    _Import(tenantId, id)
//
// :param {tenantId: 'demo'}

MATCH (i:_Import {tenantId: $tenantId})
WHERE i.id > ''   // for the index
RETURN i.id AS importId, i.path AS path, i.format AS format, coalesce(i.state, 'running') AS state, coalesce(i.lines, 0) AS lines, coalesce(i.read, 0) AS read,
  coalesce(i.created, 0) AS created, coalesce(i.merged, 0) AS merged, coalesce(i.duplicate, 0) AS duplicate, coalesce(i.rejected, 0) AS rejected,
  coalesce(i.bytes, 0) AS bytes, coalesce(i.totalBytes, 0) AS totalBytes, coalesce(i.at, '') AS at, coalesce(i.error, '') AS error
ORDER BY at DESC, importId;
