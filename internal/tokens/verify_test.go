package tokens_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/tokens"
)

const (
	issuerName = "https://login.example.com"
	audience   = "https://chat.example.com"
)

var _ = Describe("A verifier", func() {
	var (
		now      *clock
		key      testKey
		login    *issuer
		verifier *tokens.Verifier
		good     object
	)

	BeforeEach(func() {
		now = newClock()
		key = newEdDSA("k1")
		login = newIssuer(key.public(nil))
		verifier = tokens.NewVerifier(tokens.Options{Clock: now.Now},
			tokens.Source{Issuer: issuerName, Audience: audience, JWKSURL: login.url})
		good = object{"iss": issuerName, "aud": audience, "sub": "alice", "iat": now.in(0), "exp": now.in(15 * time.Minute)}
	})

	It("says who is calling", func(ctx SpecContext) {
		compact := key.sign(nil, good.merged(object{"sid": "s-1"}))
		Expect(verifier.Verify(ctx, compact)).To(Equal(
			tokens.Identity{Subject: "alice", SessionID: "s-1", Issuer: issuerName, Token: compact}))
	})

	DescribeTable("accepts what honest issuers send",
		func(ctx SpecContext, header, claims func() object) {
			_, err := verifier.Verify(ctx, key.sign(header(), good.merged(claims())))
			Expect(err).NotTo(HaveOccurred())
		},
		Entry("several audiences", is(nil), is(object{"aud": []string{"else", audience}})),
		Entry("typ at+jwt", is(object{"typ": "application/at+JWT"}), is(nil)),
		Entry("no typ", is(object{"typ": nil}), is(nil)),
		Entry("a typ among the claims, as Keycloak has it", is(nil), is(object{"typ": "Bearer"})),
		Entry("no iat", is(nil), is(object{"iat": nil})),
		Entry("no kid, from an issuer with one key", is(object{"kid": nil}), is(nil)),
		Entry("a subject with any characters", is(nil), is(object{"sub": "auth0|x/y ü"})),
		Entry("an exp a little in the past", is(nil), func() object { return object{"exp": now.in(-29 * time.Second)} }),
		Entry("an nbf a little in the future", is(nil), func() object { return object{"nbf": now.in(29 * time.Second)} }),
		Entry("an iat a little in the future", is(nil), func() object { return object{"iat": now.in(29 * time.Second)} }),
	)

	DescribeTable("reads the scopes, and takes nothing else for one",
		func(ctx SpecContext, claim any, scopes ...string) {
			identity, err := verifier.Verify(ctx, key.sign(nil, good.merged(object{"scope": claim})))
			Expect(err).NotTo(HaveOccurred())
			Expect(identity.Scopes).To(HaveExactElements(scopes))
		},
		Entry("none", nil), Entry("an empty text", ""), Entry("one", "a:b", "a:b"), Entry("several", "openid  a:b", "openid", "a:b"),
		Entry("a list", []string{"a:b"}), Entry("a number", 7), Entry("an object", object{"a:b": true}),
	)

	DescribeTable("refuses what says the wrong thing, whoever signed it",
		func(ctx SpecContext, header, claims func() object) {
			compact := key.sign(header(), good.merged(claims()))
			_, err := verifier.Verify(ctx, compact)
			Expect(err).To(MatchError(tokens.ErrInvalid))
			Expect(err).NotTo(MatchError(tokens.ErrKeysUnavailable))
			Expect(err.Error()).NotTo(ContainSubstring(strings.Split(compact, ".")[1]))
		},
		Entry("no exp", is(nil), is(object{"exp": nil})),
		Entry("an exp of zero, which jwx takes for none", is(nil), is(object{"exp": 0})),
		Entry("an exp before the epoch", is(nil), is(object{"exp": -1})),
		Entry("an exp that is no number", is(nil), is(object{"exp": "tomorrow"})),
		Entry("an exp in the past", is(nil), func() object { return object{"exp": now.in(-30 * time.Second)} }),
		Entry("an nbf in the future", is(nil), func() object { return object{"nbf": now.in(31 * time.Second)} }),
		Entry("an iat in the future", is(nil), func() object { return object{"iat": now.in(31 * time.Second)} }),
		Entry("no subject", is(nil), is(object{"sub": nil})),
		Entry("an empty subject", is(nil), is(object{"sub": ""})),
		Entry("a subject that is no text", is(nil), is(object{"sub": 7})),
		Entry("a subject that Postgres refuses", is(nil), is(object{"sub": "a\x00b"})),
		Entry("a subject without end", is(nil), is(object{"sub": strings.Repeat("x", 1001)})),
		Entry("a session that is no text", is(nil), is(object{"sid": []string{"s"}})),
		Entry("another issuer", is(nil), is(object{"iss": issuerName + "/"})),
		Entry("no issuer", is(nil), is(object{"iss": nil})),
		Entry("another audience", is(nil), is(object{"aud": "https://else.example.com"})),
		Entry("no audience", is(nil), is(object{"aud": nil})),
		Entry("no audience among several", is(nil), is(object{"aud": []string{}})),
		Entry("a session cache's audience, with the same keys", is(object{"typ": "session"}), is(object{"aud": "session-cache"})),
		Entry("a session cache's typ", is(object{"typ": "session-cache+jwt"}), is(nil)),
		Entry("a session cache's typ among the claims", is(nil), is(object{"typ": "session"})),
		Entry("an id token's typ among the claims", is(nil), is(object{"typ": "ID"})),
		Entry("a typ that is no text", is(nil), is(object{"typ": 1})),
		Entry("a critical header", is(object{"crit": []string{"exp"}}), is(nil)),
		Entry("an unencoded payload", is(object{"b64": false, "crit": []string{"b64"}}), is(nil)),
		Entry("an algorithm that is another key type's", is(object{"alg": "ES256"}), is(nil)),
	)

	DescribeTable("refuses what is no token",
		func(ctx SpecContext, text string) {
			_, err := verifier.Verify(ctx, text)
			Expect(err).To(MatchError(tokens.ErrInvalid))
			Expect(login.fetched()).To(BeZero())
		},
		Entry("nothing", ""),
		Entry("a word", "secret"),
		Entry("dots", ".."),
		Entry("parts that are no JSON", "YQ.Yg.Yw"),
		Entry("claims that are a list", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA"}`))+".W10.YQ"),
		Entry("the JSON form", `{"payload":"e30","signatures":[{"protected":"e30","signature":""}]}`),
		Entry("an encrypted one", "a.b.c.d.e"),
		Entry("megabytes", strings.Repeat("a", 1<<20)+".b.c"),
	)

	Context("with tokens that try another algorithm", func() {
		It("refuses alg none", func(ctx SpecContext) {
			input := part(object{"alg": "none", "typ": "JWT"}) + "." + part(good) + "."
			expectRefused(ctx, verifier, input)
		})

		It("refuses HS256 with the public key as the secret", func(ctx SpecContext) {
			public := key.public(nil)["x"].(string)
			raw, err := base64.RawURLEncoding.DecodeString(public)
			Expect(err).NotTo(HaveOccurred())
			for _, secret := range [][]byte{raw, []byte(public)} {
				expectRefused(ctx, verifier, hs256(secret, object{"kid": "k1"}, good))
			}
		})

		It("refuses a symmetric key that stands in the key set", func(ctx SpecContext) {
			secret := []byte("a secret that everybody can read")
			oct := object{"kty": "oct", "kid": "shared", "k": base64.RawURLEncoding.EncodeToString(secret)}
			login.change(func(i *issuer) {
				i.keys = append(i.keys, oct, oct.merged(object{"kid": "named", "alg": "HS256"}))
			})
			for _, id := range []any{"shared", "named", nil} {
				expectRefused(ctx, verifier, hs256(secret, object{"kid": id}, good))
			}
		})

		It("refuses a key that the token brings itself", func(ctx SpecContext) {
			own := newEdDSA("k1")
			expectRefused(ctx, verifier, own.sign(object{"jwk": own.public(nil), "jku": "http://127.0.0.1:1/"}, good))
		})
	})

	DescribeTable("uses of a key set only what it should",
		func(ctx SpecContext, make func() testKey, changes object, accepted bool) {
			other := make()
			login.change(func(i *issuer) {
				i.keys = []object{{"kty": "EC", "crv": "unheard-of", "kid": "x"}, other.public(changes)}
			})
			_, err := verifier.Verify(ctx, other.sign(nil, good))
			if accepted {
				Expect(err).NotTo(HaveOccurred())
			} else {
				Expect(err).To(HaveOccurred())
			}
		},
		Entry("EdDSA", func() testKey { return newEdDSA("k") }, nil, true),
		Entry("ES256", func() testKey { return newES256("k") }, nil, true),
		Entry("RS256", func() testKey { return newRS256("k", 2048) }, nil, true),
		Entry("RS256 that names its use", func() testKey { return newRS256("k", 2048) }, object{"alg": "RS256", "use": "sig"}, true),
		Entry("no RSA key that is short", func() testKey { return newRS256("k", 1024) }, nil, false),
		Entry("no key for another algorithm", func() testKey { return newRS256("k", 2048) }, object{"alg": "PS256"}, false),
		Entry("no key for encryption", func() testKey { return newES256("k") }, object{"use": "enc"}, false),
	)

	It("refuses a signature that was changed", func(ctx SpecContext) {
		parts := strings.Split(key.sign(nil, good), ".")
		parts[1] = part(good.merged(object{"sub": "mallory"}))
		expectRefused(ctx, verifier, strings.Join(parts, "."))
	})

	It("accepts nothing when it was given a source without a name", func(ctx SpecContext) {
		open := tokens.NewVerifier(tokens.Options{Clock: now.Now}, tokens.Source{JWKSURL: login.url})
		_, err := open.Verify(ctx, key.sign(nil, good.merged(object{"iss": nil, "aud": []string{""}})))
		Expect(err).To(MatchError(tokens.ErrInvalid))
	})

	It("takes each kind's keys for that kind only", func(ctx SpecContext) {
		second := newEdDSA("k2")
		other := newIssuer(second.public(nil))
		both := tokens.NewVerifier(tokens.Options{Clock: now.Now},
			tokens.Source{Issuer: issuerName, Audience: audience, JWKSURL: login.url},
			tokens.Source{Issuer: tokens.HopAdapter, Audience: tokens.HopChatcore, JWKSURL: other.url})
		hop := good.merged(object{"iss": tokens.HopAdapter, "aud": tokens.HopChatcore})
		Expect(both.Verify(ctx, key.sign(nil, good))).To(HaveField("Issuer", issuerName))
		Expect(both.Verify(ctx, second.sign(nil, hop))).To(HaveField("Issuer", tokens.HopAdapter))
		expectRefused(ctx, both, key.sign(nil, hop))
		expectRefused(ctx, both, second.sign(nil, good))
		expectRefused(ctx, both, second.sign(nil, hop.merged(object{"aud": audience})))
	})

	DescribeTable("reads the Authorization header",
		func(values []string, wanted error) {
			request := httptest.NewRequest(http.MethodGet, "/", nil)
			for _, value := range values {
				request.Header.Add("Authorization", strings.ReplaceAll(value, "TOKEN", key.sign(nil, good)))
			}
			who, err := verifier.Bearer(request)
			if wanted != nil {
				Expect(err).To(MatchError(wanted))
				Expect(err).To(MatchError(tokens.ErrInvalid))
				return
			}
			Expect(err).NotTo(HaveOccurred())
			Expect(who.Subject).To(Equal("alice"))
		},
		Entry("as usual", []string{"Bearer TOKEN"}, nil),
		Entry("in any case", []string{"bEARER TOKEN"}, nil),
		Entry("with spaces to spare", []string{"Bearer   TOKEN "}, nil),
		Entry("without one", nil, tokens.ErrMissing),
		Entry("with another scheme", []string{"Basic TOKEN"}, tokens.ErrMissing),
		Entry("with the bare token", []string{"TOKEN"}, tokens.ErrMissing),
		Entry("with nothing after the scheme", []string{"Bearer"}, tokens.ErrInvalid),
		Entry("with two headers", []string{"Bearer TOKEN", "Bearer TOKEN"}, tokens.ErrMissing),
	)
})

// is gives an object when the spec runs, for table entries are made before.
func is(o object) func() object { return func() object { return o } }

func expectRefused(ctx context.Context, verifier *tokens.Verifier, compact string) {
	GinkgoHelper()
	_, err := verifier.Verify(ctx, compact)
	Expect(err).To(MatchError(tokens.ErrInvalid))
}
