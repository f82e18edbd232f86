// Takes a member away: node, documents, account and tokens. What others say of them goes with the node.
//
//   takes    tenantId string, memberId string
//   returns  jti string
//   seeks    _Account(tenantId, memberId), _Document(tenantId, owner)
//   writes
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran'}

OPTIONAL MATCH (a:_Account {tenantId: $tenantId, memberId: $memberId})
OPTIONAL MATCH (t:_RefreshToken {accountId: a.id})
WITH a, collect(t) AS tokens
OPTIONAL MATCH (d:_Document {tenantId: $tenantId, owner: $memberId})
WITH a, tokens, collect(d) AS documents
OPTIONAL MATCH (e:Entity {tenantId: $tenantId, id: $memberId})
WITH a, tokens, documents, e, [t IN tokens | t.jti] AS ended
FOREACH (t IN tokens | DELETE t)
FOREACH (d IN documents | DELETE d)
FOREACH (x IN CASE WHEN e IS NULL THEN [] ELSE [e] END | DETACH DELETE x)
FOREACH (x IN CASE WHEN a IS NULL THEN [] ELSE [a] END | DETACH DELETE x)
WITH ended
UNWIND ended AS jti
RETURN jti;
