// The number of the tenant's latest event.
//
//   takes    tenantId string
//   returns  number integer
//   seeks    _EventLog(tenantId)
//
// :param {tenantId: 'demo'}

OPTIONAL MATCH (log:_EventLog {tenantId: $tenantId})
RETURN coalesce(log.number, 0) AS number;
