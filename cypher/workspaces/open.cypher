// Opens the workspace of a partnership, or finds the one that is open already.
//
//   takes    tenantId string, partnershipId string, id string, name string, at string
//   returns  workspace map
//   seeks    Workspace(tenantId, partnershipId)
//   writes
//
// :param {tenantId: 'demo', partnershipId: 'p1', id: 'w1', name: 'The tea tour', at: '2026-11-01T00:00:00.000Z'}

MERGE (w:Workspace {tenantId: $tenantId, partnershipId: $partnershipId})
ON CREATE SET w.id = $id, w.name = $name, w.createdAt = $at, w.changes = 0
RETURN w {.id, .partnershipId, .name, .createdAt} AS workspace;
