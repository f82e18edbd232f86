// What merges keep of a member who leaves: the nodes that were merged into theirs, names, and facts kept aside that they had told.
//
//   takes    tenantId string, memberId string
//   returns  forgotten integer
//   seeks    _Merge(tenantId, now), _Merged(tenantId, id), _Moved(tenantId, mergeId, factId), _Moved(tenantId, other), _Alias(tenantId, entityId), _Aside(tenantId, mergeId, factId), _Apart(tenantId, one, other)
//   writes
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran'}

OPTIONAL MATCH (m:_Merge {tenantId: $tenantId, now: $memberId})
WITH collect(m) AS merges
CALL (merges) {
  UNWIND [m IN merges | m.id] AS id
  MATCH (f:_Moved) WHERE f.tenantId = $tenantId AND f.mergeId = id AND f.factId > ''
  DELETE f
}
CALL (merges) {
  UNWIND [m IN merges | m.id] AS id
  MATCH (f:_Aside) WHERE f.tenantId = $tenantId AND f.mergeId = id AND f.factId > ''
  DELETE f
}
CALL (merges) {
  UNWIND [m IN merges | m.from] AS id
  MATCH (e:_Merged {tenantId: $tenantId, id: id})
  DETACH DELETE e
}
CALL (merges) {
  UNWIND [m IN merges | m.from] + [$memberId] AS id
  MATCH (a:_Alias {tenantId: $tenantId, entityId: id})
  DELETE a
}
CALL () {
  MATCH (f:_Moved {tenantId: $tenantId, other: $memberId})
  DELETE f
}
CALL () {
  MATCH (p:_Apart) WHERE p.tenantId = $tenantId AND p.one > '' AND p.other > '' AND (p.one = $memberId OR p.other = $memberId)
  DELETE p
}
CALL () {
  MATCH (f:_Aside) WHERE f.tenantId = $tenantId AND f.mergeId > '' AND f.factId > '' AND any(line IN f.evidence WHERE split(line, '\t')[4] STARTS WITH $memberId + '/')
  SET f.evidence = [line IN f.evidence WHERE NOT split(line, '\t')[4] STARTS WITH $memberId + '/']
}
FOREACH (m IN merges | DELETE m)
RETURN size(merges) AS forgotten;
