// All facts of a tenant as the projection holds them, page by page in the order of their subjects: object, id, when it was observed last, and what it says, in order: relation, lemma, polarity, modality, weight, confidence,
// validity (from, to), 'w' where more than a third party says it (see affinity/excluded), until when a deal runs ('~': open), who alone may know of it.
//
//   takes    tenantId string, after string, limit integer
//   returns  subject string, facts list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', after: '', limit: 100}

MATCH (s:Entity)
WHERE s.tenantId = $tenantId AND s.id > $after
WITH s ORDER BY s.tenantId, s.id LIMIT $limit   // as the index has them, so that a page reads no more than itself
RETURN s.id AS subject, COLLECT {
  MATCH (s)-[r:!GAVE_FEEDBACK]->(o:Entity)
  RETURN [o.id, r.factId, coalesce(r.observedAt, ''), type(r), coalesce(r.lemma, ''), r.polarity, r.modality, toString(toFloat(r.weight)), toString(toFloat(r.confidence)), coalesce(r.validFrom, ''), coalesce(r.validTo, ''),
    CASE WHEN any(line IN r.evidence WHERE NOT split(line, '\t')[4] STARTS WITH 'member:'
      OR split(line, '\t')[4] STARTS WITH s.id + '/' OR split(line, '\t')[4] STARTS WITH o.id + '/') THEN 'w' ELSE '' END,
    CASE WHEN type(r) = 'PARTNERED_WITH' THEN reduce(last = '', line IN [line IN r.evidence WHERE split(line, '\t')[4] STARTS WITH 'partnership:'] |
      CASE WHEN split(line, '\t')[9] = '' THEN '~' WHEN split(line, '\t')[9] > last THEN split(line, '\t')[9] ELSE last END) ELSE '' END] + coalesce(r.visibleTo, [])
} AS facts
ORDER BY subject;
