// The accounts of an organisation with their roles, by member, page by page; `only` one, or all ('').
//
//   takes    tenantId string, only string, after string, limit integer
//   returns  account map, grants list
//   seeks    _Account(tenantId, memberId)
//
// :param {tenantId: 'demo', only: '', after: '', limit: 50}

MATCH (a:_Account) WHERE a.tenantId = $tenantId AND a.memberId > $after AND ($only = '' OR a.memberId = $only)
WITH a ORDER BY a.memberId LIMIT $limit
OPTIONAL MATCH (a)-[held:HOLDS]->(r:_Role)
WITH a, held, r ORDER BY r.name, held.scope, held.scopeId
RETURN properties(a) AS account,
  collect(CASE WHEN r IS NULL THEN null ELSE {roleId: r.id, scope: held.scope, scopeId: held.scopeId, permissions: r.permissions} END) AS grants
ORDER BY account.memberId;
