// Writes down who changed what, in the transaction of the change; the values are JSON.
//
//   takes    tenantId string, entry map
//   returns  noted integer
//   writes
//
// :param {tenantId: 'demo', entry: {id: 'n1', entity: 'flag', entityId: 'new-matches', action: 'create', newValues: '{"isEnabled":true}', actorId: 'member:mia-tran', at: '2026-11-01T00:00:00.000000Z'}}

CREATE (e:_AuditEntry {tenantId: $tenantId})
SET e += $entry
RETURN count(e) AS noted;
