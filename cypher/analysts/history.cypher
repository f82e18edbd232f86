// What was said of two entities up to a day, oldest first, and whether it held on that day.
//
//   asks     Who says so?
//   takes    tenantId string, subjectId string, objectId string, asOf string, limit integer
//   returns  observedAt string, relation string, polarity string, modality string, holds boolean, source string, sentence string, factId string
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', subjectId: 'member:beatriz-falcao', objectId: 'trend:slow-travel', asOf: '2026-11-01', limit: 20}

MATCH (s:Entity {tenantId: $tenantId, id: $subjectId})-[r:!GAVE_FEEDBACK]-(o:Entity {tenantId: $tenantId, id: $objectId})
WHERE s.visibleTo IS NULL AND o.visibleTo IS NULL AND r.visibleTo IS NULL AND r.factId IS NOT NULL
UNWIND [line IN r.evidence WHERE coalesce(split(line, '\t')[13], '') = '' AND left(split(line, '\t')[10], 10) <= $asOf] AS line
WITH r, split(line, '\t') AS said
WITH r, said, said[8] AS validFrom, coalesce(nullIf(said[14], ''), said[9]) AS validTo
RETURN said[10] AS observedAt, type(r) AS relation, said[1] AS polarity, said[2] AS modality,
  (validFrom = '' OR validFrom <= $asOf) AND (validTo = '' OR validTo > $asOf) AS holds, said[4] AS source, said[12] AS sentence, r.factId AS factId
ORDER BY observedAt, source, sentence
LIMIT $limit;
