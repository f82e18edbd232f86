// What happened after a number, in order; on one channel, or on all ('').
//
//   takes    tenantId string, channel string, after integer, limit integer
//   returns  number integer, name string, at string, channels list, data string
//   seeks    _Event(tenantId, number)
//
// :param {tenantId: 'demo', channel: '', after: 0, limit: 500}

MATCH (event:_Event) WHERE event.tenantId = $tenantId AND event.number > $after AND ($channel = '' OR $channel IN event.channels)
RETURN event.number AS number, event.name AS name, event.at AS at, event.channels AS channels, event.data AS data
ORDER BY number
LIMIT $limit;
