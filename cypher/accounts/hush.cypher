// Empties the texts of a member who leaves, so that every index forgets them.
//
//   takes    tenantId string, memberId string, version integer
//   returns  hushed integer
//   seeks    Entity(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran', version: 1}

MATCH (e:Entity {tenantId: $tenantId, id: $memberId})
SET e.profile = null, e.goals = null, e.content = null, e.textVersion = $version
RETURN count(e) AS hushed;
