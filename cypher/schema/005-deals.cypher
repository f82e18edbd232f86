// How far the outbox of each partnership has come.

CREATE CONSTRAINT outbox_id IF NOT EXISTS FOR (o:_Outbox) REQUIRE (o.tenantId, o.id) IS UNIQUE;
