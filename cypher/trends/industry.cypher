// How many members and brands an industry ('' for all) has.
//
//   takes    tenantId string, industry string
//   returns  members integer, brands integer
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', industry: 'food'}

MATCH (e:Entity) WHERE e.tenantId = $tenantId AND e.id > '' AND ($industry = '' OR toLower(e.industry) = toLower($industry))
RETURN sum(CASE WHEN e:Member THEN 1 ELSE 0 END) AS members, sum(CASE WHEN e:Brand THEN 1 ELSE 0 END) AS brands;
