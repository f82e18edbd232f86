// The nodes that go by any of these keys: how a name in a text finds what it means.
//
//   takes    tenantId string, keys list, described boolean
//   returns  key string, id string, label string, name string
//   seeks    Entity(tenantId, key)
//
// :param {tenantId: 'demo', keys: ['street-food', 'tonwerk'], described: false}

UNWIND $keys AS key
MATCH (e:Entity {tenantId: $tenantId, key: key})
WHERE NOT $described OR e.described
RETURN DISTINCT key, e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS label, e.name AS name
ORDER BY key, id;
