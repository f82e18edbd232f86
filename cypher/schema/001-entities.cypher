// One node per (tenant, id); names are found by key, changed texts by version. Statements end with a semicolon at the end of a line.

CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (e:Entity) REQUIRE (e.tenantId, e.id) IS UNIQUE;
CREATE INDEX entity_key IF NOT EXISTS FOR (e:Entity) ON (e.tenantId, e.key);
CREATE INDEX entity_text IF NOT EXISTS FOR (e:Entity) ON (e.tenantId, e.textVersion);
CREATE FULLTEXT INDEX entity_words IF NOT EXISTS FOR (e:Entity) ON EACH [e.name, e.profile, e.goals, e.content];
CREATE INDEX trend_id IF NOT EXISTS FOR (t:Trend) ON (t.tenantId, t.id);
