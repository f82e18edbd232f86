// Who is left out of a seeker's list, and why: blocked either way, one's own, partners of today, what one already has.
//
//   takes    tenantId string, entityId string, now string
//   returns  id string, why string
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', entityId: 'member:mia-tran', now: '2026-11-01'}

MATCH (seeker:Entity {tenantId: $tenantId, id: $entityId})-[fact:!GAVE_FEEDBACK]-(other:Entity)
WITH seeker, other, fact,
  // a deal that runs counts from its first day, whatever else is said: it is on the table of both
  type(fact) = 'PARTNERED_WITH' AND any(line IN fact.evidence WHERE split(line, '\t')[4] STARTS WITH 'partnership:'
    AND (split(line, '\t')[9] = '' OR split(line, '\t')[9] > $now)) AS dealt,
  (fact.validTo IS NULL OR fact.validTo > $now) AND (fact.validFrom IS NULL OR fact.validFrom <= $now)
    // what a third party says of the two shuts nobody out
    AND any(line IN fact.evidence WHERE NOT split(line, '\t')[4] STARTS WITH 'member:'
      OR split(line, '\t')[4] STARTS WITH seeker.id + '/' OR split(line, '\t')[4] STARTS WITH other.id + '/') AS holds
WHERE dealt OR holds
WITH seeker, other, fact, CASE
  WHEN type(fact) = 'BLOCKS' AND fact.polarity = '+' THEN 'blocked'
  WHEN dealt THEN 'partnered'
  WHEN fact.polarity = '-' OR fact.modality <> 'certain' THEN null
  WHEN type(fact) IN ['CREATES', 'OWNS', 'FOUNDED', 'WORKS_FOR'] THEN 'own'
  WHEN type(fact) = 'PARTNERED_WITH' THEN 'partnered'
  WHEN startNode(fact) = seeker AND NOT other:Member AND NOT other:Brand THEN 'seen'
  ELSE null END AS why
WHERE why IS NOT NULL
RETURN DISTINCT other.id AS id, why
ORDER BY id, why;
