// Which kinds of nodes a tenant has, how many, and with which properties of which types; what is hidden is left out.
//
//   takes    tenantId string, hidden list
//   returns  label string, count integer, example string, properties list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', hidden: ['visibleTo']}

MATCH (e:Entity) WHERE e.tenantId = $tenantId AND e.id > '' AND e.visibleTo IS NULL
UNWIND [label IN labels(e) WHERE label <> 'Entity'] AS label
UNWIND [property IN keys(e) WHERE NOT property IN $hidden] AS property
WITH label, property, count(*) AS nodes, min(e.id) AS example, collect(DISTINCT valueType(e[property])) AS types
ORDER BY label, property
RETURN label, max(nodes) AS count, min(example) AS example, collect({name: property, types: types, count: nodes}) AS properties
ORDER BY label;
