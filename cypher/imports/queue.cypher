// An import waits for its turn; what is known of it stays, so that it goes on from there.
//
//   takes    tenantId string, importId string, job map with integer totalBytes
//   returns  state string
//   seeks    _Import(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', importId: 'i0', job: {path: 'facts.csv', format: 'triples', totalBytes: 10, at: '2026-11-01T00:00:00.000Z'}}

MERGE (i:_Import {tenantId: $tenantId, id: $importId})
ON CREATE SET i.lines = 0, i.read = 0, i.created = 0, i.merged = 0, i.duplicate = 0, i.rejected = 0, i.bytes = 0
SET i += $job, i.state = 'queued', i.error = '', i.canceling = null, i.endedAt = null
RETURN i.state AS state;
