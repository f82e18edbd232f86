// Labels that begin with _ are ours, not the domain's: the write counter of a tenant, its imports.

CREATE CONSTRAINT graph_tenant IF NOT EXISTS FOR (g:_Graph) REQUIRE g.tenantId IS UNIQUE;
CREATE CONSTRAINT import_id IF NOT EXISTS FOR (i:_Import) REQUIRE (i.tenantId, i.id) IS UNIQUE;
