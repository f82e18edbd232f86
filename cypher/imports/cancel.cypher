// An import is to stop: at once where it only waits, else by the process that runs it. What has ended stays as it is. No row: it is not known.
//
//   takes    tenantId string, importId string, now integer
//   returns  before string, state string, runs boolean
//   seeks    _Import(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', importId: 'i0', now: 1}

MATCH (i:_Import {tenantId: $tenantId, id: $importId})
SET i.triedAt = $now                   // reads after the lock is held
WITH i, i.state AS before, i.state IN ['queued', 'running'] AS goesOn, coalesce(i.leaseUntil, 0) >= $now AS runs
SET i.state = CASE WHEN goesOn AND NOT runs THEN 'canceled' ELSE i.state END,
    i.endedAt = CASE WHEN goesOn AND NOT runs THEN $now ELSE i.endedAt END,
    i.canceling = CASE WHEN goesOn AND runs THEN true ELSE null END
RETURN coalesce(before, 'succeeded') AS before, coalesce(i.state, 'succeeded') AS state, runs;
