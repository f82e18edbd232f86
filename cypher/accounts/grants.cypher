// The roles of the organisation's own making that a member holds, each with where.
//
//   takes    tenantId string, memberId string
//   returns  roleId string, scope string, scopeId string, permissions list
//   seeks    _Account(tenantId, memberId)
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran'}

MATCH (a:_Account {tenantId: $tenantId, memberId: $memberId})-[held:HOLDS]->(r:_Role)
RETURN r.id AS roleId, held.scope AS scope, held.scopeId AS scopeId, r.permissions AS permissions;
