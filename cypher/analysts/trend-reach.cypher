// Each trend with who goes with it, and how many audiences these speak to.
//
//   asks     What is rising, and what comes of it?
//   takes    tenantId string, now string, limit integer
//   returns  id string, name string, status string, momentum float, members integer, brands integer, audiences integer
//   seeks    Trend(tenantId, id)
//
// :param {tenantId: 'demo', now: '2026-11-01', limit: 20}

MATCH (t:Trend) WHERE t.tenantId = $tenantId AND t.id > '' AND t.visibleTo IS NULL
OPTIONAL MATCH (t)-[f:!GAVE_FEEDBACK]-(who:Entity)
WHERE f.visibleTo IS NULL AND f.factId IS NOT NULL AND f.weight > 0 AND (f.validTo IS NULL OR f.validTo > $now) AND (who:Member OR who:Brand)
OPTIONAL MATCH (who)-[g:TARGETS_AUDIENCE|REACHES]->(d:Demographic)
WHERE g.visibleTo IS NULL AND g.weight > 0
RETURN t.id AS id, t.name AS name, t.status AS status, toFloat(t.momentum_score) AS momentum,
  count(DISTINCT CASE WHEN who:Member THEN who END) AS members, count(DISTINCT CASE WHEN who:Brand THEN who END) AS brands, count(DISTINCT d) AS audiences
ORDER BY momentum DESC, id
LIMIT $limit;
