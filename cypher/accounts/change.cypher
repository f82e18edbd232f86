// Changes properties of an account.
//
//   takes    email string, changes map
//   returns  account map
//   seeks    _Account(email)
//   writes
//
// :param {email: 'mia@example.org', changes: {tier: 'enterprise'}}

MATCH (a:_Account {email: $email})
SET a += $changes
RETURN properties(a) AS account;
