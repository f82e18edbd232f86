// Notes which facts a merge moved, and whose each piece of their evidence was: of the node that is merged away alone, or of both.
// A fact between the two has no place now: it is kept as it was.
//
//   takes    tenantId string, mergeId string, moved list, aside list
//   returns  facts integer
//   seeks    _Merge(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', mergeId: 'm0', moved: [{factId: 'f0', outgoing: true, other: 'topic:jazz', relation: 'ABOUT', lemma: null, only: ['e0'], both: '[]'}], aside: []}

MATCH (m:_Merge {tenantId: $tenantId, id: $mergeId})
FOREACH (fact IN $moved | CREATE (f:_Moved {tenantId: $tenantId, mergeId: $mergeId}) SET f += fact)
FOREACH (fact IN $aside | CREATE (f:_Aside {tenantId: $tenantId, mergeId: $mergeId}) SET f += fact)
SET m.facts = m.facts + size($moved), m.aside = m.aside + size($aside)
RETURN m.facts AS facts;
