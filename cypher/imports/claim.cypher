// One process takes a waiting import for itself, for as long as it keeps saying so: also one whose process has fallen silent. No row: it is not known.
//
//   takes    tenantId string, importId string, owner string, now integer, until integer
//   returns  state string, claimed boolean
//   seeks    _Import(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', importId: 'i0', owner: 'p1', now: 1, until: 2}

MATCH (i:_Import {tenantId: $tenantId, id: $importId})
SET i.triedAt = $now                   // reads after the lock is held
WITH i, i.state IN ['queued', 'running'] AND coalesce(i.leaseUntil, 0) < $now AS claimed
SET i.state = CASE WHEN claimed THEN 'running' ELSE i.state END,
    i.owner = CASE WHEN claimed THEN $owner ELSE i.owner END,
    i.leaseUntil = CASE WHEN claimed THEN $until ELSE i.leaseUntil END,
    i.startedAt = CASE WHEN claimed THEN $now ELSE i.startedAt END,
    i.startedRead = CASE WHEN claimed THEN coalesce(i.read, 0) ELSE i.startedRead END,
    i.startedBytes = CASE WHEN claimed THEN coalesce(i.bytes, 0) ELSE i.startedBytes END
RETURN i.state AS state, claimed;
