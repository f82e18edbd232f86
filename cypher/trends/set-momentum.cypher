// Stores the momentum of trends, computed from their time lines.
//
//   takes    tenantId string, trends list
//   returns  updated integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', trends: [{id: 'trend:slow-fashion', momentum: 0.7}]}

UNWIND $trends AS trend
MATCH (t:Entity {tenantId: $tenantId, id: trend.id})
SET t.momentum_score = trend.momentum
RETURN count(t) AS updated;
