// How many nodes of each kind a tenant has.
//
//   takes    tenantId string
//   returns  label string, nodes integer
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo'}

MATCH (e:Entity) WHERE e.tenantId = $tenantId AND e.id > ''
UNWIND [label IN labels(e) WHERE label <> 'Entity'] AS label
RETURN label, count(*) AS nodes
ORDER BY nodes DESC, label;
