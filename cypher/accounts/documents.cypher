// What a member has written, group by group, with the facts that were read from it.
//
//   takes    tenantId string, owner string
//   returns  id string, body string, visibility string, facts list
//   seeks    _Document(tenantId, owner)
//
// :param {tenantId: 'demo', owner: 'member:mia-tran'}

MATCH (d:_Document {tenantId: $tenantId, owner: $owner})
RETURN d.id AS id, d.body AS body, d.visibility AS visibility, d.facts AS facts
ORDER BY id;
