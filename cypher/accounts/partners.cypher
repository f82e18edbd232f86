// Whether a deal joins two members today: who sees what is for the network. That someone says so is not enough.
//
//   takes    tenantId string, memberId string, otherId string, now string
//   returns  partners boolean
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', memberId: 'member:mia-tran', otherId: 'brand:tonwerk', now: '2026-11-01'}

MATCH (m:Entity {tenantId: $tenantId, id: $memberId})
MATCH (o:Entity {tenantId: $tenantId, id: $otherId})
RETURN EXISTS { (m)-[fact:PARTNERED_WITH]-(o)
  WHERE fact.partnershipId IS NOT NULL AND fact.polarity = '+' AND fact.modality = 'certain' AND fact.visibleTo IS NULL
    AND (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now) } AS partners;
