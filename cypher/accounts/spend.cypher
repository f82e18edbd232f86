// Spends a refresh token. Its row lock makes one of two that come at once the first; more than one use is theft.
//
//   takes    id string
//   returns  uses integer, family string, accountId string, expiresAt string, revoked boolean
//   seeks    _RefreshToken(id)
//   writes
//
// :param {id: 'h1'}

MATCH (t:_RefreshToken {id: $id})
SET t.uses = coalesce(t.uses, 0) + 1
RETURN t.uses AS uses, t.family AS family, t.accountId AS accountId, t.expiresAt AS expiresAt, t.revokedAt IS NOT NULL AS revoked;
