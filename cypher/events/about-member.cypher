// What was told of a member on the channels that are theirs alone: to be handed out on request.
//
//   takes    tenantId string, channels list, limit integer
//   returns  number integer, name string, at string, channels list, data string
//   seeks    _Event(tenantId, number)
//
// :param {tenantId: 'demo', channels: ['member:member:mia-tran', 'affinity:member:mia-tran'], limit: 10000}

MATCH (event:_Event) WHERE event.tenantId = $tenantId AND event.number > 0 AND any(channel IN event.channels WHERE channel IN $channels)
RETURN event.number AS number, event.name AS name, event.at AS at, event.channels AS channels, event.data AS data
ORDER BY number
LIMIT $limit;
