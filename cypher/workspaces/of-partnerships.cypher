// The workspaces of some partnerships, in the order of the partnerships.
//
//   takes    tenantId string, partnershipIds list
//   returns  workspace map
//   seeks    Workspace(tenantId, partnershipId)
//
// :param {tenantId: 'demo', partnershipIds: ['p1', 'p2']}

UNWIND range(0, size($partnershipIds) - 1) AS place
MATCH (w:Workspace {tenantId: $tenantId, partnershipId: $partnershipIds[place]})
RETURN w {.id, .partnershipId, .name, .createdAt} AS workspace
ORDER BY place;
