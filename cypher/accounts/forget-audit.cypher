// What was changed stays known; who it was goes, from the entries and from the conditions of flags.
//
//   takes    tenantId string, memberId string, nobody string, quoted string, quotedNobody string
//   returns  changed integer
//   seeks    _AuditEntry(tenantId, at, id), _Flag(tenantId, name)
//   writes
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran', nobody: 'erased:1', quoted: '"member:mia-tran"', quotedNobody: '"erased:1"'}

OPTIONAL MATCH (f:_Flag) WHERE f.tenantId = $tenantId AND f.name > '' AND f.conditions CONTAINS $quoted
SET f.conditions = replace(f.conditions, $quoted, $quotedNobody)
WITH count(f) AS flags
OPTIONAL MATCH (e:_AuditEntry) WHERE e.tenantId = $tenantId AND e.at > '' AND e.id > ''
  AND (e.actorId = $memberId OR e.entityId = $memberId OR e.oldValues CONTAINS $quoted OR e.newValues CONTAINS $quoted)
SET e.actorId = CASE e.actorId WHEN $memberId THEN $nobody ELSE e.actorId END,
    e.entityId = CASE e.entityId WHEN $memberId THEN $nobody ELSE e.entityId END,
    e.oldValues = replace(e.oldValues, $quoted, $quotedNobody),
    e.newValues = replace(e.newValues, $quoted, $quotedNobody)
WITH flags, count(e) AS entries
RETURN flags + entries AS changed;
