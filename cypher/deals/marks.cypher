// How far the outbox of each partnership has come in the graph, and how many changes it took.
//
//   takes    tenantId string
//   returns  partnershipId string, row integer, applied integer
//   seeks    _Outbox(tenantId, id)
//
// :param {tenantId: 'demo'}

MATCH (o:_Outbox) WHERE o.tenantId = $tenantId AND o.id > ''
RETURN o.id AS partnershipId, o.row AS row, o.applied AS applied
ORDER BY partnershipId;
