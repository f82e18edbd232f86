// What a node says about itself: name, properties and texts. A changed text carries the version that changed it, for the vector index.
//
//   takes    tenantId string, version integer, entities list with integer market_cap
//   returns  changed integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', version: 1, entities: [{id: 'member:ada', label: 'Member', name: 'Ada', key: 'ada', properties: {industry: 'music'}, profile: 'I play jazz.', goals: null, content: null}]}

UNWIND $entities AS entity
MERGE (e:Entity {tenantId: $tenantId, id: entity.id})
SET e:$(entity.label)
WITH e, entity, properties(e) AS before,
  e.profile = entity.profile OR (e.profile IS NULL AND entity.profile IS NULL) AS sameProfile,
  e.goals = entity.goals OR (e.goals IS NULL AND entity.goals IS NULL) AS sameGoals,
  e.content = entity.content OR (e.content IS NULL AND entity.content IS NULL) AS sameContent
SET e += entity.properties, e.described = true, e.visibleTo = null, e.name = entity.name, e.key = entity.key,
  e.profile = entity.profile, e.goals = entity.goals, e.content = entity.content,
  e.textVersion = CASE WHEN coalesce(sameProfile, false) AND coalesce(sameGoals, false) AND coalesce(sameContent, false) THEN e.textVersion ELSE $version END
RETURN sum(CASE WHEN properties(e) = before THEN 0 ELSE 1 END) AS changed;
