// What was changed by a member, or of their account: to be handed out on request.
//
//   takes    tenantId string, memberId string
//   returns  entry map
//   seeks    _AuditEntry(tenantId, at, id)
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran'}

MATCH (e:_AuditEntry) WHERE e.tenantId = $tenantId AND e.at > '' AND e.id > '' AND (e.actorId = $memberId OR e.entityId = $memberId)
RETURN properties(e) AS entry
ORDER BY e.at, e.id;
