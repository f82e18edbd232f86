// Gives workspaces other names, by their ids.
//
//   takes    tenantId string, names map
//   returns  renamed integer
//   seeks    Workspace(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', names: {w1: 'The tea tour'}}

UNWIND keys($names) AS id
MATCH (w:Workspace {tenantId: $tenantId, id: id})
SET w.name = $names[id]
RETURN count(w) AS renamed;
