// Predicates that the vocabulary has no relation for, so that their facts are only mentions; the most frequent first.
//
//   asks     Is what we have sound?
//   takes    tenantId string, limit integer
//   returns  predicate string, facts integer, example string
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', limit: 20}

MATCH (s:Entity)-[r:MENTIONS]->(o:Entity)
WHERE s.tenantId = $tenantId AND s.id > '' AND s.visibleTo IS NULL AND r.visibleTo IS NULL
WITH r.lemma AS predicate, s.name + ' | ' + r.lemma + ' | ' + o.name AS said ORDER BY said
RETURN predicate, count(*) AS facts, collect(said)[0] AS example
ORDER BY facts DESC, predicate
LIMIT $limit;
