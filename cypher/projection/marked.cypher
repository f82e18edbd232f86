// The mark of the note of a write; nothing where the note is gone or was never asked for its mark.
//
//   takes    tenantId string, version integer
//   returns  mark string
//   seeks    _Change(tenantId, version)
//
// :param {tenantId: 'demo', version: 7}

MATCH (c:_Change {tenantId: $tenantId, version: $version})
WHERE c.mark IS NOT NULL
RETURN c.mark AS mark;
