// A node that was merged away is there again; what the other had from it and still says word for word goes with it. Ids that meant it mean it again.
// Returns the two, and the members who had spoken of both.
//
//   takes    tenantId string, mergeId string, version integer, texts list
//   returns  ids list
//   seeks    _Merge(tenantId, id), _Merged(tenantId, id), Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', mergeId: 'm0', version: 8, texts: ['profile', 'goals', 'content']}

MATCH (m:_Merge {tenantId: $tenantId, id: $mergeId})
OPTIONAL MATCH (from:_Merged {tenantId: $tenantId, id: m.from})
OPTIONAL MATCH (into:Entity {tenantId: $tenantId, id: m.into})
WITH m, from, into, [name IN coalesce(m.filled, []) WHERE into[name] = from[name]] AS back
FOREACH (name IN back | SET into[name] = null)
FOREACH (_ IN CASE WHEN any(name IN back WHERE name IN $texts) THEN [1] ELSE [] END | SET into.textVersion = $version)
FOREACH (node IN CASE WHEN from IS NULL THEN [] ELSE [from] END |
  REMOVE node:_Merged
  SET node:$(m.labels), node.textVersion = CASE WHEN node.textVersion IS NULL THEN null ELSE $version END)
SET m.state = 'undoing', m.textVersion = null
WITH m
CALL (m) {
  UNWIND m.carried AS id
  MATCH (before:_Merge {tenantId: $tenantId, id: id})
  MATCH (from:Entity {tenantId: $tenantId, id: m.from})
  SET before.now = m.from, before.label = [label IN labels(from) WHERE label <> 'Entity'][0], before.name = from.name
}
OPTIONAL MATCH (there:Entity {tenantId: $tenantId, id: m.from})
RETURN [m.from, m.into] + COLLECT { MATCH (member:Entity)-[:GAVE_FEEDBACK]->(there) RETURN DISTINCT member.id } AS ids;
