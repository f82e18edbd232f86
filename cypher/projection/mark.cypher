// Gives the note of a write a mark that no other graph has, or returns the one it has: what a snapshot of that version is known by.
//
//   takes    tenantId string, version integer
//   returns  mark string
//   seeks    _Change(tenantId, version)
//   writes
//
// :param {tenantId: 'demo', version: 7}

MATCH (c:_Change {tenantId: $tenantId, version: $version})
SET c.asked = true                     // reads after the lock is held: two that ask get one mark
WITH c
SET c.mark = coalesce(c.mark, randomUUID())
RETURN c.mark AS mark;
