// The trends of a tenant, with what was worked out of them last.
//
//   takes    tenantId string
//   returns  id string, name string, category string, momentum float, status string
//   seeks    Trend(tenantId, id)
//
// :param {tenantId: 'demo'}

MATCH (trend:Trend) WHERE trend.tenantId = $tenantId AND trend.id > '' AND trend.visibleTo IS NULL
RETURN trend.id AS id, trend.name AS name, trend.category AS category, toFloat(trend.momentum_score) AS momentum, trend.status AS status
ORDER BY id;
