// Takes back what a member said.
//
//   takes    tenantId string, memberId string, feedbackId string
//   returns  type string
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran', feedbackId: 'g1'}

MATCH (:Entity {tenantId: $tenantId, id: $memberId})-[f:GAVE_FEEDBACK]->(:Entity)
WHERE f.id = $feedbackId
WITH f, f.type AS type
DELETE f
RETURN type;
