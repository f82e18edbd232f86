// Which relations a tenant's facts have, how many, between which kinds, and with which properties of which types; what is hidden is left out.
//
//   takes    tenantId string, hidden list
//   returns  relation string, count integer, example string, between list, properties list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', hidden: ['evidence', 'visibleTo']}

MATCH (s:Entity)-[r:!GAVE_FEEDBACK]->(o:Entity)
WHERE s.tenantId = $tenantId AND s.id > '' AND r.visibleTo IS NULL AND r.factId IS NOT NULL
UNWIND [property IN keys(r) WHERE NOT property IN $hidden] AS property
WITH type(r) AS relation, property, count(*) AS facts, min(s.id + ' ' + type(r) + ' ' + o.id) AS example, collect(DISTINCT valueType(r[property])) AS types,
  collect(DISTINCT [label IN labels(s) WHERE label <> 'Entity'][0] + ' → ' + [label IN labels(o) WHERE label <> 'Entity'][0]) AS between
ORDER BY relation, property
RETURN relation, max(facts) AS count, min(example) AS example, reduce(most = [], ends IN collect(between) | CASE WHEN size(ends) > size(most) THEN ends ELSE most END) AS between,
  collect({name: property, types: types, count: facts}) AS properties
ORDER BY relation;
