// Nodes by identity. Of several spellings the alphabetically last stays, so that the order of arrival does not matter; a described one keeps its name.
// What is written of one is taken for public; `graph/viewers` follows where it is not.
//
//   takes    tenantId string, entities list
//   returns  merged integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', entities: [{id: 'topic:jazz', label: 'Topic', name: 'jazz', key: 'jazz'}]}

UNWIND $entities AS entity
MERGE (e:Entity {tenantId: $tenantId, id: entity.id})
ON CREATE SET e:$(entity.label), e.name = entity.name, e.key = entity.key
ON MATCH SET e.visibleTo = null, e.name = CASE WHEN e.described OR e.name >= entity.name THEN e.name ELSE entity.name END
RETURN count(e) AS merged;
