// Nodes by identity. Of several spellings the alphabetically last stays, so that the order of arrival does not matter; a described one keeps its name.
// What is written of one is taken for public; `graph/viewers` follows where it is not. Returns those that are new or other than before.
//
//   takes    tenantId string, entities list
//   returns  id string
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', entities: [{id: 'topic:jazz', label: 'Topic', name: 'jazz', key: 'jazz'}]}

UNWIND $entities AS entity
MERGE (e:Entity {tenantId: $tenantId, id: entity.id})
ON CREATE SET e:$(entity.label), e.key = entity.key
WITH e, CASE WHEN e.described OR e.name >= entity.name THEN e.name ELSE entity.name END AS name
WHERE e.name IS NULL OR e.name <> name OR e.visibleTo IS NOT NULL     // the first: it is new
SET e.name = name, e.visibleTo = null
RETURN e.id AS id;
