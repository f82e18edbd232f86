// The process that ran an import lets go of it. What has succeeded stays so; what was to be canceled is; '' leaves the state as it is.
//
//   takes    tenantId string, importId string, owner string, state string, error string, now integer
//   returns  state string
//   seeks    _Import(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', importId: 'i0', owner: 'p1', state: '', error: '', now: 1}

MATCH (i:_Import {tenantId: $tenantId, id: $importId})
WHERE i.owner = $owner
SET i.state = CASE
      WHEN i.state = 'succeeded' THEN i.state
      WHEN coalesce(i.canceling, false) THEN 'canceled'
      WHEN $state = '' THEN i.state
      ELSE $state END
SET i.error = CASE WHEN i.state <> 'failed' THEN '' WHEN $error = '' THEN coalesce(i.error, '') ELSE $error END,
    i.endedAt = CASE WHEN i.state = 'queued' THEN null ELSE $now END,
    i.owner = null, i.leaseUntil = null, i.canceling = null
RETURN i.state AS state;
