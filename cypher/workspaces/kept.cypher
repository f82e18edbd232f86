// What a member has put into workspaces: to be handed out on request.
//
//   takes    tenantId string, memberId string
//   returns  assets list, comments list
//   seeks    Asset(tenantId, submittedBy), Comment(tenantId, authorId)
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran'}

RETURN
  COLLECT {
    MATCH (a:Asset {tenantId: $tenantId, submittedBy: $memberId})<-[:HAS_ASSET]-(w:Workspace)
    WITH a, w ORDER BY a.at, a.id
    RETURN a {workspaceId: w.id, .id, .name, .type, .url, .version, .at}
  } AS assets,
  COLLECT {
    MATCH (c:Comment {tenantId: $tenantId, authorId: $memberId})<-[:HAS_COMMENT]-(w:Workspace)
    WITH c, w ORDER BY c.at, c.id
    RETURN c {workspaceId: w.id, .id, .text, .at}
  } AS comments;
