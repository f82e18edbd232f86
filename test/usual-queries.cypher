MATCH (a:Member {tenantId: $tenantId})-[wish:SEEKS]->(thing:Topic)<-[gift:SELLS|CREATES|COVERS_TOPIC]-(b:Member) WHERE wish.weight > 0 AND gift.weight > 0 RETURN a.name AS seeks, thing.name AS thing, type(gift) AS how, b.name AS has ORDER BY seeks, has
---
MATCH (n:Entity {tenantId: $tenantId}) RETURN labels(n) AS l, count(*) AS c ORDER BY c DESC
---
MATCH (m:Member {tenantId: $tenantId}) WHERE m.industry = 'food' OR m.industry = 'music' RETURN m.id, m.name, m.industry
---
MATCH (m:Member {tenantId: $tenantId, id: 'member:mia-tran'})-[r]-(x) RETURN type(r), x.name, r.confidence ORDER BY r.confidence DESC, x.name LIMIT 10
---
MATCH (a:Entity {tenantId: $tenantId, id: 'member:mia-tran'})-[r:COVERS_TOPIC|SEEKS*1..2]-(b:Entity) RETURN DISTINCT b.id ORDER BY b.id
---
MATCH p = ALL SHORTEST (a:Member {tenantId: $tenantId, id: 'member:mia-tran'})-[r]-{1,4}(b:Brand {tenantId: $tenantId, id: 'brand:tonwerk'}) RETURN length(p) AS n, [x IN nodes(p) | x.name] AS names
---
MATCH (t:Trend {tenantId: $tenantId}) WHERE (t)<-[:COVERS_TOPIC]-(:Member) RETURN t.name
---
MATCH (t:Topic {tenantId: $tenantId}) WHERE NOT (t)--(:Member) RETURN t.name ORDER BY t.name
---
MATCH (b:Brand {tenantId: $tenantId}) WHERE EXISTS { (b)-[:SEEKS]->(:Topic) } RETURN b.name, COUNT { (b)-[:SEEKS]->() } AS wishes ORDER BY wishes DESC, b.name
---
MATCH (b:Brand {tenantId: $tenantId}) RETURN b.name, [(b)-[:SEEKS]->(t) | t.name] AS wishes
---
MATCH (b:Brand {tenantId: $tenantId}) RETURN b {.name, .industry, wishes: COLLECT { MATCH (b:Entity {tenantId: $tenantId})-[:SEEKS]->(t) RETURN t.name ORDER BY t.name }} AS brand
---
MATCH (b:Brand {tenantId: $tenantId}) OPTIONAL MATCH (b:Entity {tenantId: $tenantId})-[:TARGETS_AUDIENCE]->(d:Demographic) WITH b, collect(d.name) AS audiences WHERE size(audiences) > 0 RETURN b.name, audiences[0], size(audiences)
---
MATCH (a:Member {tenantId: $tenantId})-[:COVERS_TOPIC]->(t)<-[:COVERS_TOPIC]-(b:Member) WHERE a.id < b.id WITH a, b, collect(t.name) AS topics RETURN a.name, b.name, topics ORDER BY size(topics) DESC, a.name, b.name LIMIT 5
---
MATCH (m:Member {tenantId: $tenantId}) CALL (m) { MATCH (m:Entity {tenantId: $tenantId})-[:SEEKS]->(t) RETURN t ORDER BY t.name LIMIT 1 } RETURN m.name, t.name
---
MATCH (m:Member {tenantId: $tenantId}) CALL { WITH m MATCH (m:Entity {tenantId: $tenantId})-[:SEEKS]->(t) RETURN count(t) AS n } RETURN m.name, n
---
UNWIND range(1, 5) AS x RETURN x, x * 2 AS y
---
UNWIND ['food', 'music'] AS industry MATCH (m:Member {tenantId: $tenantId}) WHERE toLower(m.industry) = industry RETURN industry, count(m) AS members
---
MATCH (m:Member {tenantId: $tenantId}) RETURN m.name AS name UNION MATCH (b:Brand {tenantId: $tenantId}) RETURN b.name AS name
---
MATCH (m:Member {tenantId: $tenantId}) RETURN CASE WHEN m.industry IS NULL THEN 'none' ELSE m.industry END AS industry, count(*) AS n
---
MATCH (m:Member {tenantId: $tenantId}) RETURN CASE m.industry WHEN 'food' THEN 1 WHEN 'music' THEN 2 ELSE 3 END AS k, count(*) AS n
---
MATCH (m:Member {tenantId: $tenantId}) WHERE m.name STARTS WITH 'M' AND NOT m.industry IN ['food'] RETURN m
---
MATCH (m:Member {tenantId: $tenantId})-[r:SEEKS]->(t) WHERE r.confidence >= 0.5 AND r.polarity = '-' RETURN m.name, r, t.name
---
MATCH (m:Entity {tenantId: $tenantId}) WHERE m:Member OR m:Brand RETURN count(DISTINCT m.industry) AS industries
---
MATCH (m:Member|Brand {tenantId: $tenantId}) RETURN count(*) AS n
---
MATCH (m:Entity&!Member {tenantId: $tenantId}) RETURN count(*) AS n
---
MATCH (m:Member {tenantId: $tenantId}) WHERE any(x IN ['a', 'b'] WHERE m.name CONTAINS x) RETURN m.name
---
MATCH (m:Member {tenantId: $tenantId}) WITH m ORDER BY m.name SKIP 5 LIMIT 3 RETURN *
---
MATCH (a:Member {tenantId: $tenantId, id: 'member:mia-tran'}), (b:Brand {tenantId: $tenantId, id: 'brand:tonwerk'}) RETURN a.name + ' and ' + b.name AS both
---
MATCH p = (a:Member {tenantId: $tenantId, id: 'member:mia-tran'})-[:SEEKS]->() RETURN p
---
MATCH (a:Member {tenantId: $tenantId})-[r:SEEKS|COVERS_TOPIC]->(t:Topic) WHERE a.name = "Mia Tran" // a comment
RETURN t.name /* another */ AS topic
---
MATCH (`a b`:Member {tenantId: $tenantId}) RETURN `a b`.name AS `the name` ORDER BY `the name` LIMIT 3;
---
MATCH (:Entity {tenantId: $tenantId})-[r:SEEKS]->() RETURN count(r) AS n
---
MATCH (:Entity {tenantId: $tenantId})-[r]->() RETURN type(r) AS t, count(*) AS n ORDER BY n DESC
---
MATCH (a:Brand {tenantId: $tenantId})-[r:SEEKS WHERE r.weight > 0.3]->(t:Topic WHERE t.name > 'm') RETURN a.name, t.name
---
MATCH (a:Brand {tenantId: $tenantId})-[r:SEEKS {modality: 'desired'}]->(t) RETURN a.name, t.name
---
MATCH (a:Member {tenantId: $tenantId})-[:COVERS_TOPIC]->(t:Topic), (t)<-[:SEEKS]-(b:Brand) RETURN a.name, b.name, t.name
---
MATCH (a:Member {tenantId: $tenantId}) WHERE a.industry = 'food' MATCH (b:Brand {tenantId: $tenantId}) WHERE b.industry = a.industry RETURN a.name, b.name
---
MATCH (a:Member {tenantId: $tenantId}) OPTIONAL MATCH (a:Entity {tenantId: $tenantId})-[r:WORKS_FOR]->(b:Brand) WHERE b.industry = 'food' RETURN a.name, b.name
---
MATCH (a:Member {tenantId: $tenantId})-[:TARGETS_AUDIENCE|REACHES]->(d) WITH d, count(DISTINCT a) AS members WHERE members > 2 RETURN d.name, members ORDER BY members DESC, d.name
---
MATCH (t:Trend {tenantId: $tenantId}) RETURN t.name, round(t.momentum_score * 100) / 100.0 AS m ORDER BY m DESC, t.name LIMIT 5
---
MATCH (m:Member {tenantId: $tenantId}) WHERE 1 + size(m.name) IS NOT NULL AND (m.type = 'x' OR m.industry = 'food') AND NOT (m.name = 'x' AND m.industry = 'y') RETURN m.name
---
MATCH (m:Member {tenantId: $tenantId}) WHERE CASE WHEN m.industry = 'food' THEN true ELSE false END RETURN m.name
---
MATCH (m:Member {tenantId: $tenantId}) WHERE COUNT { (m)-[:SEEKS]->() } > 2 OR EXISTS { (m)-[:SELLS]->() } RETURN m.name
---
MATCH (m:Member {tenantId: $tenantId}) WITH m, EXISTS { (m)-[:SELLS]->() } AS sells RETURN m.name, CASE WHEN sells THEN 'sells' ELSE 'no' END AS s
---
MATCH (a:Entity {tenantId: $tenantId})-->(b)-->(c) WHERE a.id = 'member:mia-tran' RETURN count(*) AS n
---
MATCH (a:Entity {tenantId: $tenantId, id: 'member:mia-tran'})--(x)--(b:Member) WHERE a <> b WITH b, count(DISTINCT x) AS n ORDER BY n DESC, b.id LIMIT 5 RETURN b.name, n
