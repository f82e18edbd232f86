// Facts that some sources state and others deny, the most disputed first.
//
//   asks     Is what we have sound?
//   takes    tenantId string, limit integer
//   returns  subjectId string, relation string, objectId string, positive integer, negative integer, polarity string, confidence float
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', limit: 20}

MATCH (s:Entity)-[r:!GAVE_FEEDBACK]->(o:Entity)
WHERE s.tenantId = $tenantId AND s.id > '' AND s.visibleTo IS NULL AND r.visibleTo IS NULL AND r.factId IS NOT NULL
WITH s, r, o,
  coalesce(r.certainPositive, 0) + coalesce(r.possiblePositive, 0) + coalesce(r.desiredPositive, 0) AS positive,
  coalesce(r.certainNegative, 0) + coalesce(r.possibleNegative, 0) + coalesce(r.desiredNegative, 0) AS negative
WHERE positive > 0 AND negative > 0
RETURN s.id AS subjectId, type(r) AS relation, o.id AS objectId, positive, negative, r.polarity AS polarity, r.confidence AS confidence
ORDER BY CASE WHEN positive < negative THEN positive ELSE negative END DESC, subjectId, objectId
LIMIT $limit;
