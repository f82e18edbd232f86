// A workspace and whose partnership it is of.
//
//   takes    tenantId string, id string
//   returns  workspace map
//   seeks    Workspace(tenantId, id)
//
// :param {tenantId: 'demo', id: 'w1'}

MATCH (w:Workspace {tenantId: $tenantId, id: $id})
RETURN w {.id, .partnershipId, .name, .createdAt} AS workspace;
