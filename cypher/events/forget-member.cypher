// Lets go of every event that names a member. Their numbers stay used.
//
//   takes    tenantId string, channels list, quoted string
//   returns  forgotten integer
//   seeks    _Event(tenantId, number)
//   writes
//
// :param {tenantId: 'demo', channels: ['member:member:mia-tran', 'affinity:member:mia-tran'], quoted: '"member:mia-tran"'}

MATCH (event:_Event) WHERE event.tenantId = $tenantId AND event.number > 0
  AND (any(channel IN event.channels WHERE channel IN $channels) OR event.data CONTAINS $quoted)
DELETE event
RETURN count(*) AS forgotten;
