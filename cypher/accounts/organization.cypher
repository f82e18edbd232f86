// An organisation, which is a tenant.
//
//   takes    tenantId string
//   returns  organization map
//   seeks    _Organization(id)
//
// :param {tenantId: 'demo'}

MATCH (o:_Organization {id: $tenantId})
RETURN o {.id, .name, .subscription_tier, .created_at} AS organization;
