// What members have said of a node, and whether it has said something itself.
//
//   takes    tenantId string, entityId string
//   returns  memberId string, given boolean, feedback map
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'brand:tonwerk'}

MATCH (e:Entity {tenantId: $tenantId, id: $entityId})-[f:GAVE_FEEDBACK]-(other:Entity)
RETURN other.id AS memberId, startNode(f) = e AS given, properties(f) AS feedback
ORDER BY memberId, feedback.id;
