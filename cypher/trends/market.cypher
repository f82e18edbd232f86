// What the members and brands of an industry ('' for all) have most to do with: topics or trends, those that most share first.
//
//   takes    tenantId string, industry string, label string, viewerId string, now string, limit integer
//   returns  id string, name string, entities integer
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', industry: 'food', label: 'Topic', viewerId: '', now: '2026-11-01', limit: 20}

MATCH (e:Entity) WHERE e.tenantId = $tenantId AND e.id > '' AND (e:Member OR e:Brand) AND ($industry = '' OR toLower(e.industry) = toLower($industry))
MATCH (e)-[fact]->(x:Entity)
WHERE $label IN labels(x) AND fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.visibleTo IS NULL OR $viewerId IN fact.visibleTo)
RETURN x.id AS id, x.name AS name, count(DISTINCT e) AS entities
ORDER BY entities DESC, id
LIMIT $limit;
