// Notes what a member says of a target. What was said before in its place is kept, unless it may be overwritten. The relationship
// is no fact: it has no weight, and no query of the score counts it.
//
//   takes    tenantId string, memberId string, targetId string, feedbackId string, given map, overwrite boolean, token string
//   returns  feedback map, created boolean
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran', targetId: 'brand:tonwerk', feedbackId: 'g1', given: {type: 'accept', value: null, reason: 'we met', at: '2026-11-01', recommId: null}, overwrite: false, token: 'any'}

MATCH (member:Entity {tenantId: $tenantId, id: $memberId}) WHERE member:Member
MATCH (target:Entity {tenantId: $tenantId, id: $targetId}) WHERE target.visibleTo IS NULL OR $memberId IN target.visibleTo
MERGE (member)-[f:GAVE_FEEDBACK {id: $feedbackId}]->(target)
ON CREATE SET f.token = $token
WITH f, f.token IS NOT NULL AS created
SET f += CASE WHEN created OR $overwrite THEN $given ELSE {} END
REMOVE f.token
RETURN properties(f) AS feedback, created;
