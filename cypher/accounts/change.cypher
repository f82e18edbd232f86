// Changes properties of an account, and tells what they were before.
//
//   takes    email string, changes map
//   returns  before map, account map
//   seeks    _Account(email)
//   writes
//
// :param {email: 'mia@example.org', changes: {tier: 'enterprise'}}

MATCH (a:_Account {email: $email})
SET a.email = $email                   // reads after the lock is held
WITH a, properties(a) AS before
SET a += $changes
RETURN before, properties(a) AS account;
