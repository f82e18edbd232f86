// Who may see these documents.
//
//   takes    tenantId string, ids list
//   returns  id string, visibility string
//   seeks    _Document(tenantId, id)
//
// :param {tenantId: 'demo', ids: ['member:mia-tran/goals']}

UNWIND $ids AS id
MATCH (d:_Document {tenantId: $tenantId, id: id})
RETURN d.id AS id, d.visibility AS visibility;
