// A new role of the organisation's own making, unless it has one of that name.
//
//   takes    tenantId string, name string, role map
//   returns  created boolean
//   seeks    _Role(tenantId, name)
//   writes
//
// :param {tenantId: 'demo', name: 'Buyer', role: {id: 'r1', permissions: ['partnership:read'], createdAt: '2026-11-01T00:00:00.000Z'}}

MERGE (r:_Role {tenantId: $tenantId, name: $name})
ON CREATE SET r += $role
RETURN r.id = $role.id AS created;
