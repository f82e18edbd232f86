// Partnerships by stage, as the deals are mirrored in the graph; whatever else is said of who works with whom is left out.
//
//   asks     What is rising, and what comes of it?
//   takes    tenantId string, limit integer
//   returns  stage string, outcome string, partnerships integer, pairs integer
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', limit: 20}

MATCH (a:Entity)-[f:PARTNERED_WITH]->(b:Entity)
WHERE a.tenantId = $tenantId AND a.id > '' AND a.visibleTo IS NULL AND f.visibleTo IS NULL
UNWIND [line IN f.evidence WHERE split(line, '\t')[4] STARTS WITH 'partnership:'] AS line
WITH a, b, split(line, '\t')[4] AS partnership, split(line, '\t')[11] AS said
WITH a, b, partnership, split(split(said, '"stage":"')[1], '"')[0] AS stage, split(split(said, '"outcome":"')[1], '"')[0] AS outcome
RETURN stage, outcome, count(DISTINCT partnership) AS partnerships, count(*) AS pairs
ORDER BY partnerships DESC, stage, outcome
LIMIT $limit;
