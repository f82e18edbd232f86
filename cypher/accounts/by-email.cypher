// The account of an address, for logging in; the tenant is known only then.
//
//   takes    email string
//   returns  account map
//   seeks    _Account(email)
//
// :param {email: 'mia@example.org'}

MATCH (a:_Account {email: $email})
RETURN properties(a) AS account;
