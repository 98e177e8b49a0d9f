package tokens

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// Identity is who is calling, as a verified token says it.
type Identity struct {
	Subject   string   // the user's id
	SessionID string   // the claim "sid"; empty when the token belongs to no session
	Scopes    []string // the claim "scope", a text with blanks between them (RFC 8693, 4.2)
	Issuer    string
	Token     string // the token itself, as it came
}

// Source is one kind of token that is accepted. A Source without issuer or audience accepts nothing, but that one with a
// Secret compares only those that it has.
type Source struct {
	Issuer   string
	Audience string
	JWKSURL  string
	Secret   []byte      // in place of JWKSURL: tokens are signed by HS256 with it, and by nothing else
	Claim    string      // whose value is the subject; "sub" when empty
	own      []publicKey // of LocalSource, in place of JWKSURL
}

// accepts says whether a token claims to be of this kind.
func (s Source) accepts(header jws.Headers, claims jwt.Token) bool {
	if len(s.Secret) > 0 {
		return header.Algorithm() == jwa.HS256 &&
			(s.Issuer == "" || s.Issuer == claims.Issuer()) &&
			(s.Audience == "" || slices.Contains(claims.Audience(), s.Audience))
	}
	return s.Issuer != "" && s.Audience != "" && s.Issuer == claims.Issuer() && slices.Contains(claims.Audience(), s.Audience)
}

// LocalSource accepts tokens that this process signs itself: it needs no key set from the network.
func LocalSource(issuer, audience string, keys *Keys) Source {
	return Source{Issuer: issuer, Audience: audience, own: keys.public}
}

// Options of NewVerifier. The zero value of each takes the default beside it.
type Options struct {
	Client   *http.Client     // one that follows the environment's proxy settings
	Clock    func() time.Time // time.Now
	Log      *slog.Logger     // nothing is logged
	Skew     time.Duration    // 30 s: how far the clocks of issuer and verifier may be apart
	Cooldown time.Duration    // 10 s: the least time between two fetches of a key set
}

// Verifier verifies tokens of its sources. It may be used by many goroutines at once.
type Verifier struct {
	options Options
	sources []Source
	sets    map[string]*keySet // by URL: sources may share one
}

// NewVerifier makes a Verifier. It fetches nothing yet.
func NewVerifier(options Options, sources ...Source) *Verifier {
	if options.Client == nil {
		options.Client = &http.Client{}
	}
	if options.Clock == nil {
		options.Clock = time.Now
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Skew == 0 {
		options.Skew = 30 * time.Second
	}
	if options.Cooldown == 0 {
		options.Cooldown = 10 * time.Second
	}
	v := &Verifier{options: options, sources: sources, sets: map[string]*keySet{}}
	for _, source := range sources {
		if source.JWKSURL != "" && v.sets[source.JWKSURL] == nil {
			v.sets[source.JWKSURL] = &keySet{
				url: source.JWKSURL, client: options.Client, clock: options.Clock, log: options.Log, cooldown: options.Cooldown,
			}
		}
	}
	return v
}

// Ready is nil once the key set at jwksURL, which must be a source's, was fetched. While it was not, each call tries,
// behind the cooldown.
func (v *Verifier) Ready(ctx context.Context, jwksURL string) error {
	set := v.sets[jwksURL]
	if set == nil {
		return fmt.Errorf("%w: no source has its keys at this address", ErrKeysUnavailable)
	}
	return set.ready(ctx)
}

// Bearer verifies the token of the request's Authorization header. Without one the error is ErrMissing.
func (v *Verifier) Bearer(r *http.Request) (Identity, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		return Identity{}, ErrMissing
	}
	scheme, compact, _ := strings.Cut(headers[0], " ")
	if len(headers) > 1 || !strings.EqualFold(scheme, "bearer") {
		return Identity{}, ErrMissing
	}
	return v.Verify(r.Context(), strings.TrimSpace(compact))
}

// Verify gives the identity that the token proves. Its errors are ErrInvalid (refuse the caller) and ErrKeysUnavailable
// (the caller may be right: try later).
func (v *Verifier) Verify(ctx context.Context, compact string) (Identity, error) {
	header, claims, err := read(compact)
	if err != nil {
		return Identity{}, err
	}
	source, ok := v.sourceOf(header, claims)
	if !ok || !acceptableType(header, claims) {
		return Identity{}, errKind
	}
	keys, err := v.keysFor(ctx, source, header)
	if err != nil {
		return Identity{}, err
	}
	if !signed(compact, keys) {
		return Identity{}, errKey
	}
	if err := v.checkTimes(claims); err != nil {
		return Identity{}, err
	}
	return identify(claims, source.Claim, compact)
}

// sourceOf picks the kind of token by what it says of itself. Its signature is checked with that kind's keys afterwards,
// so a token that lies here is refused there.
func (v *Verifier) sourceOf(header jws.Headers, claims jwt.Token) (Source, bool) {
	for _, source := range v.sources {
		if source.accepts(header, claims) {
			return source, true
		}
	}
	return Source{}, false
}

func (v *Verifier) keysFor(ctx context.Context, source Source, header jws.Headers) ([]publicKey, error) {
	if len(source.Secret) > 0 { // the source was picked by the algorithm
		return []publicKey{{alg: jwa.HS256, raw: source.Secret}}, nil
	}
	switch header.Algorithm() {
	case jwa.EdDSA, jwa.ES256, jwa.RS256:
	default:
		return nil, errKey // before a fetch: no key set can make this one right
	}
	if source.own != nil {
		if found := find(source.own, header.KeyID(), header.Algorithm()); found != nil {
			return found, nil
		}
		return nil, errKey
	}
	set := v.sets[source.JWKSURL]
	if set == nil {
		return nil, errKey
	}
	return set.lookUp(ctx, header.KeyID(), header.Algorithm())
}

func signed(compact string, keys []publicKey) bool {
	for _, key := range keys {
		if _, err := jws.Verify([]byte(compact), jws.WithCompact(), jws.WithKey(key.alg, key.raw)); err == nil {
			return true
		}
	}
	return false
}
