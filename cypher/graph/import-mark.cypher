// How far an import has come, written in the transaction of the batch that it counts; tells whether somebody wants it to stop.
//
//   takes    tenantId string, importId string, mark map with integer lines within read created merged duplicate rejected bytes totalBytes
//   returns  canceling boolean
//   seeks    _Import(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', importId: 'i0', mark: {state: 'running', lines: 1, within: 0, read: 1, created: 1, merged: 0, duplicate: 0, rejected: 0, path: 'x', format: 'pairs'}}

MERGE (i:_Import {tenantId: $tenantId, id: $importId})
SET i += $mark
RETURN coalesce(i.canceling, false) AS canceling;
