// What is known of an import: how far it is in, and what became of what was read until there.
//
//   takes    tenantId string, importId string
//   returns  state string, lines integer, within integer, at string, counts map
//   seeks    _Import(tenantId, id)
//
// :param {tenantId: 'demo', importId: 'i0'}

MATCH (i:_Import {tenantId: $tenantId, id: $importId})
RETURN coalesce(i.state, 'running') AS state, coalesce(i.lines, 0) AS lines, coalesce(i.within, 0) AS within, coalesce(i.at, '') AS at,
  {read: coalesce(i.read, 0), created: coalesce(i.created, 0), merged: coalesce(i.merged, 0), duplicate: coalesce(i.duplicate, 0), rejected: coalesce(i.rejected, 0)} AS counts;
