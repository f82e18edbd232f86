// Counts one more account of an organisation, which is a tenant; the first one founds it. Its row lock lets registrations take turns.
//
//   takes    tenantId string, name string, now string
//   returns  accounts integer
//   seeks    _Organization(id)
//   writes
//
// :param {tenantId: 'demo', name: 'demo', now: '2026-11-01T00:00:00.000Z'}

MERGE (o:_Organization {id: $tenantId})
ON CREATE SET o.name = $name, o.subscription_tier = 'free', o.created_at = $now, o.accounts = 0
SET o.accounts = o.accounts + 1
RETURN o.accounts AS accounts;
