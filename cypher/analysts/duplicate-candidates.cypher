// Nodes of one kind whose names differ only in signs, blanks or a final s: perhaps they are one.
//
//   asks     Is what we have sound?
//   takes    tenantId string, limit integer
//   returns  label string, ids list, names list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', limit: 20}

MATCH (e:Entity)
WHERE e.tenantId = $tenantId AND e.id > '' AND e.visibleTo IS NULL AND NOT e:Amount AND NOT e:Content AND NOT e:Item
WITH [label IN labels(e) WHERE label <> 'Entity'][0] AS label, e, replace(replace(replace(replace(toLower(e.name), '-', ''), ' ', ''), '.', ''), '’', '') AS plain
WITH label, CASE WHEN plain ENDS WITH 's' THEN left(plain, size(plain) - 1) ELSE plain END AS plain, e ORDER BY e.id
WITH label, plain, collect(e.id) AS ids, collect(e.name) AS names
WHERE size(ids) > 1 AND plain <> ''
RETURN label, ids, names
ORDER BY label, ids
LIMIT $limit;
