// What each of the last writes of a tenant touched, so that projections of other processes follow edge by edge.

CREATE CONSTRAINT change_version IF NOT EXISTS FOR (c:_Change) REQUIRE (c.tenantId, c.version) IS UNIQUE;
