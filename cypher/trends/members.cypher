// Whom each trend concerns: the members who have most to do with it, for all to see or for the one who asks.
//
//   takes    tenantId string, ids list, viewerId string, now string, count integer
//   returns  id string, members list
//   seeks    Trend(tenantId, id)
//
// :param {tenantId: 'demo', ids: ['trend:slow-fashion'], viewerId: '', now: '2026-11-01', count: 10}

UNWIND $ids AS trendId
MATCH (trend:Trend {tenantId: $tenantId, id: trendId})
MATCH (trend)-[fact]-(member:Member)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
WITH trend.id AS id, member, sum(fact.weight) AS weight
ORDER BY id, weight DESC, member.id
RETURN id, collect({id: member.id, name: member.name, weight: weight})[..$count] AS members;
