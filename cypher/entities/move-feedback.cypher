// What members said of one node is said of another; where they have spoken of that too, both stay as they are. `was`: by which merge, under which id.
//
//   takes    tenantId string, from string, into string, moves list
//   returns  moved integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', from: 'brand:tonwerk-gmbh', into: 'brand:tonwerk', moves: [{memberId: 'member:mia-tran', before: 'g0', after: 'g1', was: ['m0 g0']}]}

UNWIND $moves AS move
MATCH (member:Entity {tenantId: $tenantId, id: move.memberId})
MATCH (member)-[f:GAVE_FEEDBACK {id: move.before}]->(:Entity {tenantId: $tenantId, id: $from})
MATCH (to:Entity {tenantId: $tenantId, id: $into})
WHERE to <> member AND NOT EXISTS { (member)-[:GAVE_FEEDBACK {id: move.after}]->(to) }
CREATE (member)-[moved:GAVE_FEEDBACK]->(to)
SET moved = properties(f), moved.id = move.after, moved.was = CASE WHEN move.was = [] THEN null ELSE move.was END
DELETE f
RETURN count(*) AS moved;
