// The account that a refresh token belongs to.
//
//   takes    id string
//   returns  account map
//   seeks    _Account(id)
//
// :param {id: 'a1'}

MATCH (a:_Account {id: $id})
RETURN properties(a) AS account;
