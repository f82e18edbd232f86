// How many admins an organisation has.
//
//   takes    tenantId string
//   returns  admins integer
//   seeks    _Account(tenantId, memberId)
//
// :param {tenantId: 'demo'}

MATCH (a:_Account) WHERE a.tenantId = $tenantId AND a.memberId > '' AND 'admin' IN a.roles
RETURN count(a) AS admins;
