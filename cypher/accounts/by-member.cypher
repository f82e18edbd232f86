// The account of a member.
//
//   takes    tenantId string, memberId string
//   returns  account map
//   seeks    _Account(tenantId, memberId)
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran'}

MATCH (a:_Account {tenantId: $tenantId, memberId: $memberId})
RETURN properties(a) AS account;
