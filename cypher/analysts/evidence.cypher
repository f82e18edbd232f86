// Everything that is said of two entities, source by source, with its sentence.
//
//   asks     Who says so?
//   takes    tenantId string, subjectId string, objectId string, limit integer
//   returns  factId string, relation string, polarity string, modality string, confidence float, source string, observedAt string, validFrom string, validTo string, sentence string
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', subjectId: 'member:beatriz-falcao', objectId: 'trend:slow-travel', limit: 20}

MATCH (s:Entity {tenantId: $tenantId, id: $subjectId})-[r:!GAVE_FEEDBACK]-(o:Entity {tenantId: $tenantId, id: $objectId})
WHERE s.visibleTo IS NULL AND o.visibleTo IS NULL AND r.visibleTo IS NULL AND r.factId IS NOT NULL
UNWIND [line IN r.evidence WHERE coalesce(split(line, '\t')[13], '') = ''] AS line   // what its author keeps to himself stays there
WITH r, split(line, '\t') AS said
RETURN r.factId AS factId, type(r) AS relation, said[1] AS polarity, said[2] AS modality, toFloat(said[3]) AS confidence, said[4] AS source, said[10] AS observedAt,
  said[8] AS validFrom, coalesce(nullIf(said[14], ''), said[9]) AS validTo, said[12] AS sentence
ORDER BY observedAt, source, sentence
LIMIT $limit;
