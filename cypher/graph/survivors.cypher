// Which of these ids were merged away, and the node that each means now.
//
//   takes    tenantId string, ids list
//   returns  of string, id string, label string, name string
//   seeks    _Merge(tenantId, from), Entity(tenantId, id)
//
// :param {tenantId: 'demo', ids: ['brand:tonwerk-gmbh']}

UNWIND $ids AS id
MATCH (m:_Merge {tenantId: $tenantId, from: id})
WHERE m.state <> 'undoing'
OPTIONAL MATCH (e:Entity {tenantId: $tenantId, id: m.now})
RETURN m.from AS of, m.now AS id, coalesce([label IN labels(e) WHERE label <> 'Entity'][0], m.label) AS label, coalesce(e.name, m.name) AS name;
