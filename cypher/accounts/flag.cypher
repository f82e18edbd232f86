// A flag of the organisation, its conditions as JSON.
//
//   takes    tenantId string, name string
//   returns  name string, isEnabled boolean, conditions string
//   seeks    _Flag(tenantId, name)
//
// :param {tenantId: 'demo', name: 'new-matches'}

MATCH (f:_Flag {tenantId: $tenantId, name: $name})
RETURN f.name AS name, f.isEnabled AS isEnabled, f.conditions AS conditions;
