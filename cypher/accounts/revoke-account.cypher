// Ends all tokens of an account, as after a new password.
//
//   takes    accountId string, now string
//   returns  jti string
//   seeks    _RefreshToken(accountId)
//   writes
//
// :param {accountId: 'a1', now: '2026-11-01T00:00:00.000Z'}

MATCH (t:_RefreshToken {accountId: $accountId})
SET t.revokedAt = coalesce(t.revokedAt, $now)
RETURN t.jti AS jti;
