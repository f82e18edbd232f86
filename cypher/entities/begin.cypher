// Notes that one node is merged into another: from now on the id of the first means the second, and so do the ids that meant the first.
//
//   takes    tenantId string, from string, into string, label string, name string, merge map with integer version
//   returns  id string
//   seeks    _Merge(tenantId, now)
//   writes
//
// :param {tenantId: 'demo', from: 'brand:tonwerk-gmbh', into: 'brand:tonwerk', label: 'Brand', name: 'Tonwerk', merge: {id: 'm0', version: 7, at: '2026-11-01', by: 'operator', reason: ''}}

OPTIONAL MATCH (before:_Merge {tenantId: $tenantId, now: $from})
WITH collect(before) AS carried
FOREACH (m IN carried | SET m.now = $into, m.label = $label, m.name = $name)
CREATE (m:_Merge {tenantId: $tenantId, from: $from, into: $into, now: $into, label: $label, name: $name})
SET m += $merge, m.state = 'running', m.facts = 0, m.aside = 0, m.carried = [one IN carried | one.id]
RETURN m.id AS id;
