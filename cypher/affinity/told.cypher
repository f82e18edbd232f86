// What the facts on a path say, without the evidence for it: enough to put a reason into words.
//
//   takes    tenantId string, facts list
//   returns  factId string, subject string, relation string, lemma string, object string, polarity string, modality string, visibleTo list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', facts: [{from: 'member:mia-tran', to: 'topic:street-food', factId: 'f0'}]}

UNWIND $facts AS told
MATCH (a:Entity {tenantId: $tenantId, id: told.from})-[r {factId: told.factId}]-(:Entity {tenantId: $tenantId, id: told.to})
RETURN DISTINCT r.factId AS factId, startNode(r).id AS subject, type(r) AS relation, coalesce(r.lemma, '') AS lemma, endNode(r).id AS object,
  r.polarity AS polarity, r.modality AS modality, r.visibleTo AS visibleTo;
