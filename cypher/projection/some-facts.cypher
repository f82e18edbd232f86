// Facts between given ends, as the projection holds them: as in projection/facts; one that is gone is not returned.
//
//   takes    tenantId string, facts list
//   returns  subject string, fact list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', facts: [{subject: 'member:mia-tran', factId: 'f0', object: 'topic:street-food'}]}

UNWIND $facts AS wanted
MATCH (s:Entity {tenantId: $tenantId, id: wanted.subject})-[r {factId: wanted.factId}]->(o:Entity {tenantId: $tenantId, id: wanted.object})
RETURN s.id AS subject, [o.id, r.factId, coalesce(r.observedAt, ''), type(r), coalesce(r.lemma, ''), r.polarity, r.modality, toString(toFloat(r.weight)), toString(toFloat(r.confidence)), coalesce(r.validFrom, ''), coalesce(r.validTo, ''),
    CASE WHEN any(line IN r.evidence WHERE NOT split(line, '\t')[4] STARTS WITH 'member:'
      OR split(line, '\t')[4] STARTS WITH s.id + '/' OR split(line, '\t')[4] STARTS WITH o.id + '/') THEN 'w' ELSE '' END,
    CASE WHEN type(r) = 'PARTNERED_WITH' THEN reduce(last = '', line IN [line IN r.evidence WHERE split(line, '\t')[4] STARTS WITH 'partnership:'] |
      CASE WHEN split(line, '\t')[9] = '' THEN '~' WHEN split(line, '\t')[9] > last THEN split(line, '\t')[9] ELSE last END) ELSE '' END] + coalesce(r.visibleTo, []) AS fact;
