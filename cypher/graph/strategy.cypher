// What a member's own facts say of their brand: what they make and speak of, whom they speak to, what they look for; the weightiest first.
//
//   takes    tenantId string, memberId string, now string, count integer
//   returns  relation string, names list
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran', now: '2026-11-01', count: 20}

MATCH (:Entity {tenantId: $tenantId, id: $memberId})-[fact:CREATES|COVERS_TOPIC|TARGETS_AUDIENCE|REACHES|SEEKS]->(x:Entity)
WHERE fact.weight > 0 AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
  AND (fact.visibleTo IS NULL OR $memberId IN fact.visibleTo)
  AND (fact:SEEKS OR fact.modality = 'certain')   // what they would like to make, they do not make yet
WITH type(fact) AS relation, x, max(fact.weight) AS weight
ORDER BY relation, weight DESC, x.id
RETURN relation, collect(x.name)[..$count] AS names;
