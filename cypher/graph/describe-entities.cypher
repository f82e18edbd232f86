// What a node says about itself: name, properties and texts; what an entity does not name stays as it is. A changed text carries the version that
// changed it, for the vector index. Returns those that are new or other than before.
//
//   takes    tenantId string, version integer, entities list with integer market_cap
//   returns  id string, isNew boolean
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', version: 1, entities: [{id: 'member:ada', label: 'Member', name: 'Ada', key: 'ada', properties: {industry: 'music'}, profile: 'I play jazz.', goals: null, content: null}]}

UNWIND $entities AS entity
MERGE (e:Entity {tenantId: $tenantId, id: entity.id})
SET e:$(entity.label)
WITH e, entity, properties(e) AS before,
  CASE WHEN 'profile' IN keys(entity) THEN entity.profile ELSE e.profile END AS profile,
  CASE WHEN 'goals' IN keys(entity) THEN entity.goals ELSE e.goals END AS goals,
  CASE WHEN 'content' IN keys(entity) THEN entity.content ELSE e.content END AS content
SET e += entity.properties, e.described = true, e.visibleTo = null,
  e.name = CASE WHEN entity.unnamed THEN coalesce(before.name, entity.name) ELSE entity.name END,   // a name that was made from the id tells nothing
  e.key = CASE WHEN entity.unnamed THEN coalesce(before.key, entity.key) ELSE entity.key END,
  e.profile = profile, e.goals = goals, e.content = content,
  e.textVersion = CASE WHEN coalesce(before.profile, '') = coalesce(profile, '') AND coalesce(before.goals, '') = coalesce(goals, '') AND coalesce(before.content, '') = coalesce(content, '')
    THEN before.textVersion ELSE $version END
WITH e, before WHERE before.name IS NULL OR properties(e) <> before
RETURN e.id AS id, before.name IS NULL AS isNew;
