// The entities that pass a request's filters, by what is certain and current. An empty list or a negative bound asks for nothing.
//
//   takes    tenantId string, labels list, industry list, regions list, ageBands list, genders list, languages list, interests list, followersMin float, followersMax float, currency string, budgetMin float, budgetMax float, now string, limit integer
//   returns  id string
//   seeks    Entity(tenantId, id)
//
// :param {tenantId: 'demo', labels: ['Member'], industry: ['food'], regions: [], ageBands: [], genders: [], languages: [], interests: [], followersMin: -1.0, followersMax: -1.0, currency: '', budgetMin: -1.0, budgetMax: -1.0, now: '2026-11-01', limit: 100000}

MATCH (e:Entity)
WHERE e.tenantId = $tenantId AND e.id > '' AND any(label IN labels(e) WHERE label IN $labels)
  AND ($industry = [] OR toLower(e.industry) IN $industry)
  AND ($regions = [] OR EXISTS { (e)-[r:LOCATED_IN|SERVES_REGION]->(place) WHERE r.polarity = '+' AND r.modality = 'certain' AND r.visibleTo IS NULL AND (r.validTo IS NULL OR r.validTo > $now) AND (r.validFrom IS NULL OR r.validFrom <= $now) AND place.key IN $regions })
  AND ($ageBands = [] OR EXISTS { (e)-[r:TARGETS_AUDIENCE|REACHES]->(audience) WHERE r.polarity = '+' AND r.modality = 'certain' AND r.visibleTo IS NULL AND (r.validTo IS NULL OR r.validTo > $now) AND (r.validFrom IS NULL OR r.validFrom <= $now) AND audience.ageBand IN $ageBands })
  AND ($genders = [] OR EXISTS { (e)-[r:TARGETS_AUDIENCE|REACHES]->(audience) WHERE r.polarity = '+' AND r.modality = 'certain' AND r.visibleTo IS NULL AND (r.validTo IS NULL OR r.validTo > $now) AND (r.validFrom IS NULL OR r.validFrom <= $now) AND toLower(audience.gender) IN $genders })
  AND ($languages = [] OR EXISTS { (e)-[r:TARGETS_AUDIENCE|REACHES]->(audience) WHERE r.polarity = '+' AND r.modality = 'certain' AND r.visibleTo IS NULL AND (r.validTo IS NULL OR r.validTo > $now) AND (r.validFrom IS NULL OR r.validFrom <= $now) AND toLower(audience.language) IN $languages })
  AND ($interests = [] OR EXISTS { (e)-[r:COVERS_TOPIC|INTERESTED_IN|HAS_AFFINITY_WITH|CREATES|SELLS]->(topic) WHERE r.polarity = '+' AND r.modality = 'certain' AND r.visibleTo IS NULL AND (r.validTo IS NULL OR r.validTo > $now) AND (r.validFrom IS NULL OR r.validFrom <= $now) AND topic.key IN $interests })
  AND (($followersMin < 0 AND $followersMax < 0) OR EXISTS { (e)-[r:REACHES]->()
    WHERE r.polarity = '+' AND r.modality = 'certain' AND r.visibleTo IS NULL AND (r.validTo IS NULL OR r.validTo > $now) AND (r.validFrom IS NULL OR r.validFrom <= $now) AND ($followersMin < 0 OR coalesce(r.count, r.countMax) >= $followersMin) AND ($followersMax < 0 OR coalesce(r.count, r.countMin) <= $followersMax) })
  AND ($currency = '' OR EXISTS { (e)-[r:HAS_BUDGET]->()
    WHERE r.polarity = '+' AND r.modality = 'certain' AND r.visibleTo IS NULL AND (r.validTo IS NULL OR r.validTo > $now) AND (r.validFrom IS NULL OR r.validFrom <= $now) AND r.currency = $currency AND ($budgetMin < 0 OR r.amountMinor >= $budgetMin) AND ($budgetMax < 0 OR r.amountMinor <= $budgetMax) })
RETURN e.id AS id
ORDER BY id
LIMIT $limit;
