// What happened, numbered per tenant. `key` lets whoever tells a thing twice be heard once.

CREATE CONSTRAINT event_log IF NOT EXISTS FOR (l:_EventLog) REQUIRE l.tenantId IS UNIQUE;
CREATE CONSTRAINT event_number IF NOT EXISTS FOR (e:_Event) REQUIRE (e.tenantId, e.number) IS UNIQUE;
CREATE CONSTRAINT event_key IF NOT EXISTS FOR (e:_Event) REQUIRE (e.tenantId, e.key) IS UNIQUE;
