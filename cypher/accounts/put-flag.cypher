// Defines a flag and tells what it was before; null: there was none.
//
//   takes    tenantId string, name string, isEnabled boolean, conditions string
//   returns  before map
//   seeks    _Flag(tenantId, name)
//   writes
//
// :param {tenantId: 'demo', name: 'new-matches', isEnabled: true, conditions: '{"percent":10}'}

MERGE (f:_Flag {tenantId: $tenantId, name: $name})
SET f.name = $name                     // reads after the lock is held
WITH f, CASE WHEN f.isEnabled IS NULL THEN null ELSE {isEnabled: f.isEnabled, conditions: f.conditions} END AS before
SET f.isEnabled = $isEnabled, f.conditions = $conditions
RETURN before;
