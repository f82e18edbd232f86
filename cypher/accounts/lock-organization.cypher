// Lets those who change roles and projects of an organisation take turns: of two admins who take each other's role, one is the last.
//
//   takes    tenantId string
//   returns  id string
//   seeks    _Organization(id)
//   writes
//
// :param {tenantId: 'demo'}

MATCH (o:_Organization {id: $tenantId})
SET o.id = $tenantId                   // takes the lock
RETURN o.id AS id;
