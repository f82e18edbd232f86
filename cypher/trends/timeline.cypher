// How much was said of each trend in each month: all evidence of the facts that touch it, by the date it was observed.
//
//   takes    tenantId string
//   returns  id string, name string, month string, evidence integer
//   seeks    Trend(tenantId, id)
//
// :param {tenantId: 'demo'}

MATCH (trend:Trend) WHERE trend.tenantId = $tenantId AND trend.id > ''
MATCH (trend)-[fact]-() WHERE fact.polarity = '+' AND fact.visibleTo IS NULL
UNWIND [line IN fact.evidence WHERE coalesce(split(line, '\t')[13], '') = ''] AS line   // what is kept from others moves nothing that they see
WITH trend, left(split(line, '\t')[10], 7) AS month
RETURN trend.id AS id, trend.name AS name, month, count(*) AS evidence
ORDER BY id, month;
