package tokens

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// minSecret is the fewest bytes of a shared secret: as many as the hash has (RFC 7518 3.2).
const minSecret = 32

// Users is how a process is told whose tokens users bring: by the address of an issuer's keys, or by a secret that it
// shares with the issuer. It is a part of the process's configuration.
type Users struct {
	JWKS     string `env:"AUTH_JWKS_URL"`                   // keys of the users' issuer
	Secret   string `env:"AUTH_HS256_SECRET" secret:"file"` // or the secret that it signs with: whoever has it can make any user's token
	Issuer   string `env:"AUTH_ISSUER"`                     // needed with keys; with a secret, compared when it is set
	Audience string `env:"AUTH_AUDIENCE"`                   // the same
	Claim    string `env:"AUTH_USER_CLAIM" envDefault:"sub"`
}

// Named says that users' tokens are accepted at all.
func (u Users) Named() bool { return u.JWKS != "" || u.Secret != "" }

// Fault names every fault, and nothing of the secret.
func (u Users) Fault() error {
	var all []error
	if u.JWKS != "" && u.Secret != "" {
		all = append(all, errors.New("AUTH_JWKS_URL and AUTH_HS256_SECRET are two ways to say the same: set one of them"))
	}
	for _, needed := range []struct{ name, value string }{{"AUTH_ISSUER", u.Issuer}, {"AUTH_AUDIENCE", u.Audience}} {
		if u.JWKS != "" && needed.value == "" {
			all = append(all, fmt.Errorf("%s is missing: AUTH_JWKS_URL needs it", needed.name))
		}
	}
	if u.Secret != "" && len(u.Secret) < minSecret {
		all = append(all, fmt.Errorf("AUTH_HS256_SECRET is too short: it needs at least %d bytes", minSecret))
	}
	reserved := []string{"iss", "aud", "exp", "nbf", "iat", "jti", "typ", sessionClaim}
	if strings.TrimSpace(u.Claim) != u.Claim || slices.Contains(reserved, u.Claim) {
		all = append(all, fmt.Errorf("AUTH_USER_CLAIM cannot be %q: it names the claim that is the user's id", u.Claim))
	}
	return errors.Join(all...)
}

// Source is the kind of token that users bring.
func (u Users) Source() Source {
	return Source{
		Issuer: u.Issuer, Audience: u.Audience, JWKSURL: u.JWKS, Secret: []byte(u.Secret), Claim: u.Claim,
	}
}

// Ready is nil when the users' tokens can be verified by v, which has their Source.
func (u Users) Ready(ctx context.Context, v *Verifier) error {
	if u.JWKS == "" {
		return nil
	}
	return v.Ready(ctx, u.JWKS)
}
