// Facts by their ends, with all their evidence: what a document of a member led to.
//
//   takes    tenantId string, facts list
//   returns  subject string, relation string, object string, factId string, lemma string, evidence list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', facts: [{subject: 'member:mia-tran', factId: 'f0', object: 'topic:street-food'}]}

UNWIND $facts AS fact
MATCH (s:Entity {tenantId: $tenantId, id: fact.subject})-[r {factId: fact.factId}]->(o:Entity {tenantId: $tenantId, id: fact.object})
RETURN s.id AS subject, type(r) AS relation, o.id AS object, r.factId AS factId, r.lemma AS lemma, r.evidence AS evidence;
