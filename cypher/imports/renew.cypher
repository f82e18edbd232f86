// The process that runs an import says that it still does, and hears whether it shall stop. No row: another one has taken it, or it is gone.
//
//   takes    tenantId string, importId string, owner string, until integer
//   returns  canceling boolean
//   seeks    _Import(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', importId: 'i0', owner: 'p1', until: 2}

MATCH (i:_Import {tenantId: $tenantId, id: $importId})
WHERE i.owner = $owner
SET i.leaseUntil = $until
RETURN coalesce(i.canceling, false) AS canceling;
