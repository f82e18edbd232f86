// A new project of an organisation.
//
//   takes    tenantId string, id string, name string, now string
//   returns  project map
//   writes
//
// :param {tenantId: 'demo', id: 'p1', name: 'Autumn', now: '2026-11-01T00:00:00.000Z'}

CREATE (p:_Project {id: $id, org_id: $tenantId, name: $name, created_at: $now})
RETURN properties(p) AS project;
