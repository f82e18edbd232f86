// One node: its kind, its name, its words.
//
//   takes    tenantId string, entityId string
//   returns  id string, label string, name string, degree integer, properties map
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'member:mia-tran'}

MATCH (e:Entity {tenantId: $tenantId, id: $entityId})
RETURN e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS label, e.name AS name, COUNT { (e)--() } - COUNT { (e)-[:GAVE_FEEDBACK]-() } AS degree, properties(e) AS properties;
