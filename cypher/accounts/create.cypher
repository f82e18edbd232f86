// A new account, unless the address has one.
//
//   takes    email string, account map
//   returns  created boolean
//   seeks    _Account(email)
//   writes
//
// :param {email: 'mia@example.org', account: {id: 'a1', tenantId: 'demo', memberId: 'member:mia-tran', name: 'Mia Tran', passwordHash: '', roles: ['admin'], permissions: [], tier: 'free', createdAt: '2026-11-01T00:00:00.000Z'}}

MERGE (a:_Account {email: $email})
ON CREATE SET a += $account
RETURN a.id = $account.id AS created;
