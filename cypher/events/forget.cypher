// Lets go of a tenant's events up to and including a number.
//
//   takes    tenantId string, upTo integer
//   returns  forgotten integer
//   seeks    _Event(tenantId, number)
//   writes
//
// :param {tenantId: 'demo', upTo: 0}

MATCH (event:_Event) WHERE event.tenantId = $tenantId AND event.number <= $upTo
DELETE event
RETURN count(*) AS forgotten;
