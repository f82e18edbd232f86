// How far an import has come, written in the transaction of the batch that it counts.
//
//   takes    tenantId string, importId string, mark map with integer lines read created merged duplicate rejected bytes totalBytes
//   returns  lines integer
//   seeks    _Import(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', importId: 'i0', mark: {lines: 1, created: 1, merged: 0, duplicate: 0, rejected: 0, path: 'x', format: 'pairs'}}

MERGE (i:_Import {tenantId: $tenantId, id: $importId})
SET i += $mark
RETURN i.lines AS lines;
