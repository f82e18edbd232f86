// The roles of an organisation's own making, by name.
//
//   takes    tenantId string
//   returns  role map
//   seeks    _Role(tenantId, name)
//
// :param {tenantId: 'demo'}

MATCH (r:_Role) WHERE r.tenantId = $tenantId AND r.name > ''
RETURN r {.id, .name, .permissions, .createdAt} AS role
ORDER BY r.name;
