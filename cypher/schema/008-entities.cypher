// By which further names nodes are known, which ids mean another node, what was moved with them, and which pairs are not the same.

CREATE CONSTRAINT alias_place IF NOT EXISTS FOR (a:_Alias) REQUIRE (a.tenantId, a.key, a.entityId) IS UNIQUE;
CREATE INDEX alias_entity IF NOT EXISTS FOR (a:_Alias) ON (a.tenantId, a.entityId);
CREATE CONSTRAINT merge_id IF NOT EXISTS FOR (m:_Merge) REQUIRE (m.tenantId, m.id) IS UNIQUE;
CREATE CONSTRAINT merge_from IF NOT EXISTS FOR (m:_Merge) REQUIRE (m.tenantId, m.from) IS UNIQUE;
CREATE INDEX merge_now IF NOT EXISTS FOR (m:_Merge) ON (m.tenantId, m.now);
CREATE INDEX merge_text IF NOT EXISTS FOR (m:_Merge) ON (m.tenantId, m.textVersion);
CREATE CONSTRAINT merged_id IF NOT EXISTS FOR (e:_Merged) REQUIRE (e.tenantId, e.id) IS UNIQUE;
CREATE CONSTRAINT moved_fact IF NOT EXISTS FOR (f:_Moved) REQUIRE (f.tenantId, f.mergeId, f.factId) IS UNIQUE;
CREATE INDEX moved_other IF NOT EXISTS FOR (f:_Moved) ON (f.tenantId, f.other);
CREATE CONSTRAINT aside_fact IF NOT EXISTS FOR (f:_Aside) REQUIRE (f.tenantId, f.mergeId, f.factId) IS UNIQUE;
CREATE CONSTRAINT apart_pair IF NOT EXISTS FOR (p:_Apart) REQUIRE (p.tenantId, p.one, p.other) IS UNIQUE;
