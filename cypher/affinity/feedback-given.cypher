// All that a member said of others, of those that were merged away too: to be handed out on request.
//
//   takes    tenantId string, memberId string
//   returns  targetId string, feedback map
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran'}

MATCH (:Entity {tenantId: $tenantId, id: $memberId})-[f:GAVE_FEEDBACK]->(target)
RETURN target.id AS targetId, properties(f) AS feedback
ORDER BY targetId, feedback.type;
