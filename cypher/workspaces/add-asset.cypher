// Adds an asset to a workspace; one of a name that is there already is its next version. No row where the workspace is full.
//
//   takes    tenantId string, workspaceId string, asset map, max integer
//   returns  asset map
//   seeks    Workspace(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', workspaceId: 'w1', asset: {id: 'a1', name: 'Poster', type: 'image', url: null, submittedBy: 'member:mia-tran', at: '2026-11-01T00:00:00.000Z'}, max: 500}

MATCH (w:Workspace {tenantId: $tenantId, id: $workspaceId})
SET w.changes = w.changes + 1          // reads after the lock: two who submit at once get two versions
WITH w, COLLECT { MATCH (w)-[:HAS_ASSET]->(a:Asset) RETURN a.name } AS names
WHERE size(names) < $max
CREATE (w)-[:HAS_ASSET]->(a:Asset {tenantId: $tenantId, version: 1 + size([name IN names WHERE name = $asset.name])})
SET a += $asset
RETURN a {.id, .name, .type, .url, .version, .submittedBy, .at} AS asset;
