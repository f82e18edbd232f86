// Accounts, their sessions and organisations, and what each document of a member says. No query outside cypher/accounts returns them.

CREATE CONSTRAINT account_id IF NOT EXISTS FOR (a:_Account) REQUIRE a.id IS UNIQUE;
CREATE CONSTRAINT account_email IF NOT EXISTS FOR (a:_Account) REQUIRE a.email IS UNIQUE;
CREATE CONSTRAINT account_member IF NOT EXISTS FOR (a:_Account) REQUIRE (a.tenantId, a.memberId) IS UNIQUE;
CREATE CONSTRAINT refresh_token_id IF NOT EXISTS FOR (t:_RefreshToken) REQUIRE t.id IS UNIQUE;
CREATE CONSTRAINT refresh_token_jti IF NOT EXISTS FOR (t:_RefreshToken) REQUIRE t.jti IS UNIQUE;
CREATE INDEX refresh_token_family IF NOT EXISTS FOR (t:_RefreshToken) ON (t.family);
CREATE INDEX refresh_token_account IF NOT EXISTS FOR (t:_RefreshToken) ON (t.accountId);
CREATE CONSTRAINT organization_id IF NOT EXISTS FOR (o:_Organization) REQUIRE o.id IS UNIQUE;
CREATE CONSTRAINT document_id IF NOT EXISTS FOR (d:_Document) REQUIRE (d.tenantId, d.id) IS UNIQUE;
CREATE INDEX document_owner IF NOT EXISTS FOR (d:_Document) ON (d.tenantId, d.owner);
