// The projects of an organisation, the oldest first.
//
//   takes    tenantId string
//   returns  project map
//   seeks    _Project(org_id, id)
//
// :param {tenantId: 'demo'}

MATCH (p:_Project) WHERE p.org_id = $tenantId AND p.id > ''
RETURN p {.id, .org_id, .name, .created_at} AS project
ORDER BY p.created_at, p.id;
