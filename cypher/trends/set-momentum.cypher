// Stores what was worked out of trends from their time lines.
//
//   takes    tenantId string, trends list
//   returns  updated integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', trends: [{id: 'trend:slow-fashion', momentum: 0.7, status: 'rising'}]}

UNWIND $trends AS trend
MATCH (t:Entity {tenantId: $tenantId, id: trend.id})
SET t.momentum_score = trend.momentum, t.status = trend.status
RETURN count(t) AS updated;
