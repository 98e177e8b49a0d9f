package tokens

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

const (
	sessionClaim  = "sid"
	scopeClaim    = "scope"
	maxSubject    = 1000 // bytes
	headerType    = "JWT"
	maxSignatures = 1
)

// read takes a compact token apart without believing it.
func read(compact string) (jws.Headers, jwt.Token, error) {
	if len(compact) > tokenLength || strings.Count(compact, ".") != 2 {
		return nil, nil, errMalformed
	}
	message, err := jws.Parse([]byte(compact), jws.WithCompact())
	if err != nil || len(message.Signatures()) != maxSignatures {
		return nil, nil, errMalformed
	}
	header := message.Signatures()[0].ProtectedHeaders()
	if _, critical := header.Get(jws.CriticalKey); critical {
		return nil, nil, errMalformed // RFC 7515 4.1.11: what is critical and not understood is refused; nothing is understood
	}
	claims, err := jwt.Parse(message.Payload(), jwt.WithVerify(false), jwt.WithValidate(false))
	if err != nil {
		return nil, nil, errMalformed
	}
	return header, claims, nil
}

// acceptableType refuses tokens that share their issuer's keys but say that they are something else, such as an id token
// or a session cache. The type stands in the header (RFC 8725 3.11); some issuers put it among the claims.
func acceptableType(header jws.Headers, claims jwt.Token) bool {
	claimed, has := claims.Get("typ")
	name, isText := claimed.(string)
	if has && !isText {
		return false
	}
	return accessType(header.Type()) && (accessType(name) || strings.EqualFold(name, "Bearer"))
}

func accessType(typ string) bool {
	switch strings.TrimPrefix(strings.ToLower(typ), "application/") {
	case "", "jwt", "at+jwt":
		return true
	}
	return false
}

// checkTimes is written out because jwx takes an exp of 0 for none.
func (v *Verifier) checkTimes(claims jwt.Token) error {
	now := v.options.Clock()
	switch expires := claims.Expiration(); {
	case expires.IsZero():
		return errClaims
	case !now.Before(expires.Add(v.options.Skew)):
		return errExpired
	}
	latest := now.Add(v.options.Skew)
	if claims.NotBefore().After(latest) || claims.IssuedAt().After(latest) {
		return errNotYet
	}
	return nil
}

func identify(claims jwt.Token, claim, compact string) (Identity, error) {
	value, _ := claims.Get(cmp.Or(claim, jwt.SubjectKey))
	subject, isText := value.(string)
	if !isText || subject == "" {
		return Identity{}, errClaims
	}
	var session string
	if value, has := claims.Get(sessionClaim); has {
		text, isText := value.(string)
		if !isText {
			return Identity{}, errSubject
		}
		session = text
	}
	if !storable(subject) || !storable(session) {
		return Identity{}, errSubject
	}
	return Identity{Subject: subject, SessionID: session, Scopes: scopesOf(claims), Issuer: claims.Issuer(), Token: compact}, nil
}

// scopesOf reads the scopes. What is no text gives none: it can take nothing from whoever the token is about.
func scopesOf(claims jwt.Token) []string {
	value, _ := claims.Get(scopeClaim)
	if text, _ := value.(string); text != "" {
		return strings.Fields(text)
	}
	return nil
}

// storable is what Postgres takes as text, at a length that a key may have.
func storable(s string) bool {
	return len(s) <= maxSubject && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
