// The roles that a member has from now on: those of the house, and those of the organisation's own making.
//
//   takes    tenantId string, memberId string, roles list, grants list, now string
//   returns  changed integer
//   seeks    _Account(tenantId, memberId), _Role(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran', roles: ['basic_member'], grants: [{roleId: 'r1', scope: 'org', scopeId: 'demo'}], now: '2026-11-01T00:00:00.000Z'}

MATCH (a:_Account {tenantId: $tenantId, memberId: $memberId})
SET a.roles = $roles, a.updatedAt = $now
WITH a
OPTIONAL MATCH (a)-[held:HOLDS]->(:_Role)
WITH a, collect(held) AS former
FOREACH (held IN former | DELETE held)
WITH a
OPTIONAL MATCH (r:_Role) WHERE r.tenantId = $tenantId AND r.id IN [granted IN $grants | granted.roleId]
WITH a, collect(r) AS roles
FOREACH (r IN roles | FOREACH (granted IN [one IN $grants WHERE one.roleId = r.id] |
  MERGE (a)-[:HOLDS {scope: granted.scope, scopeId: granted.scopeId}]->(r)))
RETURN count(a) AS changed;
