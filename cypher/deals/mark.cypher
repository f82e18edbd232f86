// How far the outbox of a partnership has come, kept in the transaction that brings the change: what came before is passed over.
//
//   takes    tenantId string, partnershipId string, row integer
//   returns  applied integer
//   seeks    _Outbox(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', partnershipId: 'p0', row: 1}

MERGE (o:_Outbox {tenantId: $tenantId, id: $partnershipId})
ON CREATE SET o.row = 0, o.applied = 0
WITH o WHERE o.row < $row
SET o.row = $row, o.applied = o.applied + 1
RETURN o.applied AS applied;
