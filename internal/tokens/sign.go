package tokens

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// Claims is what a token is to say. SessionID and Scope may be empty; a Lifetime of zero is HopLifetime.
type Claims struct {
	Issuer    string
	Audience  string
	Subject   string
	SessionID string
	Scope     string // names with blanks between them
	Lifetime  time.Duration
}

// Sign makes a token that is valid from now on. Its times are whole seconds.
func (k *Keys) Sign(now time.Time, c Claims) (string, error) {
	if c.Issuer == "" || c.Audience == "" || c.Subject == "" {
		return "", errors.New("signing a token: it needs an issuer, an audience and a subject")
	}
	if c.Lifetime == 0 {
		c.Lifetime = HopLifetime
	}
	builder := jwt.NewBuilder().
		Issuer(c.Issuer).Audience([]string{c.Audience}).Subject(c.Subject).JwtID(rand.Text()).
		IssuedAt(now).NotBefore(now).Expiration(now.Add(c.Lifetime))
	if c.SessionID != "" {
		builder.Claim(sessionClaim, c.SessionID)
	}
	if c.Scope != "" {
		builder.Claim(scopeClaim, c.Scope)
	}
	token, err := builder.Build()
	if err != nil {
		return "", fmt.Errorf("signing a token: %w", err)
	}
	header := jws.NewHeaders()
	_ = header.Set(jws.TypeKey, headerType)
	_ = header.Set(jws.KeyIDKey, k.signingID)
	compact, err := jwt.Sign(token, jwt.WithKey(k.alg, k.signing, jws.WithProtectedHeaders(header)))
	if err != nil {
		return "", fmt.Errorf("signing a token: %w", err)
	}
	return string(compact), nil
}
