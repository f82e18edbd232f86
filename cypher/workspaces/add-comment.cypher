// Adds a comment to a workspace. No row where the workspace is full.
//
//   takes    tenantId string, workspaceId string, comment map, max integer
//   returns  comment map
//   seeks    Workspace(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', workspaceId: 'w1', comment: {id: 'c1', text: 'I like the blue one.', authorId: 'member:mia-tran', at: '2026-11-01T00:00:00.000Z'}, max: 1000}

MATCH (w:Workspace {tenantId: $tenantId, id: $workspaceId})
SET w.changes = w.changes + 1          // reads after the lock: the numbers are in the order of the comments
WITH w WHERE COUNT { (w)-[:HAS_COMMENT]->() } < $max
CREATE (w)-[:HAS_COMMENT]->(c:Comment {tenantId: $tenantId, number: w.changes})
SET c += $comment
RETURN c {.id, .text, .authorId, .at} AS comment;
