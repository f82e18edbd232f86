// Keeps what a document says now: its words, who may see them, and where the facts are that were ever read from it, a line "subject, fact, object" each.
//
//   takes    tenantId string, id string, document map, facts list
//   returns  before list
//   seeks    _Document(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', id: 'member:mia-tran/goals', document: {owner: 'member:mia-tran', body: '{}', visibility: 'public'}, facts: []}

MERGE (d:_Document {tenantId: $tenantId, id: $id})
WITH d, coalesce(d.facts, []) AS before
SET d += $document, d.facts = before + [fact IN $facts WHERE NOT fact IN before]
RETURN before;
