// Which login an access token came from, whether or not it has ended.
//
//   takes    jti string
//   returns  family string
//   seeks    _RefreshToken(jti)
//
// :param {jti: 'j1'}

MATCH (t:_RefreshToken {jti: $jti})
RETURN t.family AS family;
