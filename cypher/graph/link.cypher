// The nodes that go by any of these keys, by their own names or by aliases: how a name in a text finds what it means.
//
//   takes    tenantId string, keys list, described boolean
//   returns  key string, id string, label string, name string, alias boolean
//   seeks    Entity(tenantId, key), _Alias(tenantId, key, entityId), _Merge(tenantId, from)
//
// :param {tenantId: 'demo', keys: ['street-food', 'tonwerk'], described: false}

UNWIND $keys AS key
CALL (key) {
  MATCH (e:Entity {tenantId: $tenantId, key: key})
  WHERE NOT $described OR e.described
  RETURN e, false AS alias
  UNION ALL
  MATCH (a:_Alias) WHERE a.tenantId = $tenantId AND a.key = key AND a.entityId > ''
  OPTIONAL MATCH (m:_Merge {tenantId: $tenantId, from: a.entityId})
  WITH coalesce(m.now, a.entityId) AS id
  MATCH (e:Entity {tenantId: $tenantId, id: id})
  RETURN e, true AS alias
}
RETURN DISTINCT key, e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS label, e.name AS name, alias
ORDER BY key, alias, id;
