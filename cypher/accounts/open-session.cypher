// A refresh token and the access token that goes with it; expired ones of the account are swept away. In a family that was ended meanwhile it has ended too.
//
//   takes    accountId string, now string, token map
//   returns  opened integer
//   seeks    _RefreshToken(accountId), _RefreshToken(family)
//   writes
//
// :param {accountId: 'a1', now: '2026-11-01T00:00:00.000Z', token: {id: 'h1', jti: 'j1', family: 'y1', expiresAt: '2026-11-08T00:00:00.000Z'}}

OPTIONAL MATCH (old:_RefreshToken {accountId: $accountId}) WHERE old.expiresAt < $now
WITH collect(old) AS expired
FOREACH (old IN expired | DELETE old)
WITH size(expired) AS swept
OPTIONAL MATCH (kin:_RefreshToken {family: $token.family})
SET kin.family = $token.family         // reads after the lock is held
WITH max(kin.revokedAt) AS revokedAt
CREATE (t:_RefreshToken {accountId: $accountId})
SET t += $token, t.revokedAt = revokedAt
RETURN count(t) AS opened;
