// Ends all tokens that came from one login. The nodes stay: they are the list of what is denied.
//
//   takes    family string, now string
//   returns  jti string
//   seeks    _RefreshToken(family)
//   writes
//
// :param {family: 'y1', now: '2026-11-01T00:00:00.000Z'}

MATCH (kin:_RefreshToken {family: $family})
SET kin.family = $family               // locks the family, so that one which is being opened is seen below or sees us
WITH count(kin) AS locked
MATCH (t:_RefreshToken {family: $family})
SET t.revokedAt = coalesce(t.revokedAt, $now)
RETURN t.jti AS jti;
