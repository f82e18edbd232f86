// What an organisation makes for itself: roles, projects, flags; and who changed what of it. As with accounts, no query outside cypher/accounts returns them.

CREATE CONSTRAINT project_id IF NOT EXISTS FOR (p:_Project) REQUIRE (p.org_id, p.id) IS UNIQUE;
CREATE CONSTRAINT role_id IF NOT EXISTS FOR (r:_Role) REQUIRE (r.tenantId, r.id) IS UNIQUE;
CREATE CONSTRAINT role_name IF NOT EXISTS FOR (r:_Role) REQUIRE (r.tenantId, r.name) IS UNIQUE;
CREATE CONSTRAINT flag_name IF NOT EXISTS FOR (f:_Flag) REQUIRE (f.tenantId, f.name) IS UNIQUE;
CREATE CONSTRAINT audit_entry IF NOT EXISTS FOR (e:_AuditEntry) REQUIRE (e.tenantId, e.at, e.id) IS UNIQUE;
