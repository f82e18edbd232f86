// With whom a tenant's members work today and worked before, by the industry of either side.
//
//   takes    tenantId string, now string
//   returns  industry string, current integer, past integer
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', now: '2026-11-01'}

MATCH (s:Entity)-[r:PARTNERED_WITH]->(o:Entity)
WHERE s.tenantId = $tenantId AND s.id > '' AND r.polarity = '+' AND r.modality = 'certain' AND r.visibleTo IS NULL
UNWIND [s, o] AS party
WITH DISTINCT party.industry AS industry, r
WHERE industry IS NOT NULL
RETURN industry, sum(CASE WHEN r.validTo IS NULL OR r.validTo > $now THEN 1 ELSE 0 END) AS current,
  sum(CASE WHEN r.validTo <= $now THEN 1 ELSE 0 END) AS past
ORDER BY current DESC, past DESC, industry
LIMIT 50;
