// Where the parties of a partnership work together: one workspace per partnership, with its comments and its assets, version by version.

CREATE CONSTRAINT workspace_id IF NOT EXISTS FOR (w:Workspace) REQUIRE (w.tenantId, w.id) IS UNIQUE;
CREATE CONSTRAINT workspace_partnership IF NOT EXISTS FOR (w:Workspace) REQUIRE (w.tenantId, w.partnershipId) IS UNIQUE;
CREATE INDEX comment_author IF NOT EXISTS FOR (c:Comment) ON (c.tenantId, c.authorId);
CREATE INDEX asset_submitter IF NOT EXISTS FOR (a:Asset) ON (a.tenantId, a.submittedBy);
