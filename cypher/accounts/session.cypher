// Whether an access token still holds, and for whom: of a login that has ended, or an account that is gone, there is no row.
//
//   takes    jti string
//   returns  family string, account map, grants list
//   seeks    _RefreshToken(jti), _Account(id)
//
// :param {jti: 'j1'}

MATCH (t:_RefreshToken {jti: $jti}) WHERE t.revokedAt IS NULL
MATCH (a:_Account {id: t.accountId})
OPTIONAL MATCH (a)-[held:HOLDS]->(r:_Role)
RETURN t.family AS family, properties(a) AS account,
  collect(CASE WHEN r IS NULL THEN null ELSE {roleId: r.id, scope: held.scope, scopeId: held.scopeId, permissions: r.permissions} END) AS grants;
