// Writes down what happened under the tenant's next number; what was told under the same key before, only once. The lock on the
// tenant's log makes writers take turns, so numbers have no gaps and are seen in their order.
//
//   takes    tenantId string, key string, name string, at string, channels list, data string
//   returns  number integer
//   seeks    _EventLog(tenantId), _Event(tenantId, key)
//   writes
//
// :param {tenantId: 'demo', key: 'k1', name: 'MilestoneCompleted', at: '2026-11-01T00:00:00.000Z', channels: ['partnership:p1'], data: '{"partnershipId":"p1","milestoneId":"m1"}'}

MERGE (log:_EventLog {tenantId: $tenantId})
ON CREATE SET log.number = 0, log.told = 0
SET log.told = log.told + 1            // reads after the lock is held
WITH log WHERE NOT EXISTS { MATCH (known:_Event) WHERE known.tenantId = $tenantId AND known.key = $key }
SET log.number = log.number + 1
CREATE (event:_Event {tenantId: $tenantId, number: log.number, key: $key, name: $name, at: $at, channels: $channels, data: $data})
RETURN event.number AS number;
