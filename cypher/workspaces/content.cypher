// What is in a workspace: assets by name and version, comments in the order in which they came.
//
//   takes    tenantId string, id string
//   returns  assets list, comments list
//   seeks    Workspace(tenantId, id)
//
// :param {tenantId: 'demo', id: 'w1'}

MATCH (w:Workspace {tenantId: $tenantId, id: $id})
RETURN
  COLLECT { MATCH (w)-[:HAS_ASSET]->(a:Asset) WITH a ORDER BY a.name, a.version RETURN a {.id, .name, .type, .url, .version, .submittedBy, .at} } AS assets,
  COLLECT { MATCH (w)-[:HAS_COMMENT]->(c:Comment) WITH c ORDER BY c.number RETURN c {.id, .text, .authorId, .at} } AS comments;
