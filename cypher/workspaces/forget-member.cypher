// Takes a member out of all workspaces: the words of their comments, and who it was. That something stood there stays, as do the assets,
// which are the partnership's.
//
//   takes    tenantId string, memberId string
//   returns  comments integer, assets integer
//   seeks    Asset(tenantId, submittedBy), Comment(tenantId, authorId)
//   writes
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran'}

CALL () {
  MATCH (c:Comment {tenantId: $tenantId, authorId: $memberId})
  SET c.text = null, c.authorId = null
  RETURN count(c) AS comments
}
CALL () {
  MATCH (a:Asset {tenantId: $tenantId, submittedBy: $memberId})
  SET a.submittedBy = null
  RETURN count(a) AS assets
}
RETURN comments, assets;
