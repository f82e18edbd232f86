// Notes who alone may know of nodes: those who alone may know of the facts that name them. One that is described, or that a fact names which
// everyone may know, is everyone's; of one without facts nothing new is known.
//
//   takes    tenantId string, ids list
//   returns  hidden integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', ids: ['topic:street-food']}

UNWIND $ids AS id
MATCH (e:Entity {tenantId: $tenantId, id: id})
SET e.visibleTo = CASE WHEN e.described OR EXISTS { (e)-[fact:!GAVE_FEEDBACK]-() WHERE fact.visibleTo IS NULL } THEN null
  WHEN NOT EXISTS { (e)-[:!GAVE_FEEDBACK]-() } THEN e.visibleTo
  ELSE COLLECT { MATCH (e)-[fact:!GAVE_FEEDBACK]-() UNWIND fact.visibleTo AS who RETURN DISTINCT who ORDER BY who } END
RETURN sum(CASE WHEN e.visibleTo IS NULL THEN 0 ELSE 1 END) AS hidden;
