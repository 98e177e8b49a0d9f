package tokens_test

import (
	"encoding/base64"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/tokens"
)

const shared = "a secret of thirty-two bytes at least"

var _ = Describe("Users' tokens with a shared secret", func() {
	var (
		now  *clock
		good object
	)

	BeforeEach(func() {
		now = newClock()
		good = object{"sub": "alice", "iat": now.in(0), "exp": now.in(15 * time.Minute)}
	})

	verifier := func(users tokens.Users) *tokens.Verifier {
		return tokens.NewVerifier(tokens.Options{Clock: now.Now}, users.Source())
	}

	It("say who is calling, and nothing has to be fetched", func(ctx SpecContext) {
		users := tokens.Users{Secret: shared, Claim: "sub"}
		v := verifier(users)
		Expect(users.Ready(ctx, v)).To(Succeed())
		who, err := v.Verify(ctx, hs256([]byte(shared), object{}, good))
		Expect(err).NotTo(HaveOccurred())
		Expect(who.Subject).To(Equal("alice"))
	})

	It("may have the user's id in another claim, and then only there", func(ctx SpecContext) {
		v := verifier(tokens.Users{Secret: shared, Claim: "user_id"})
		who, err := v.Verify(ctx, hs256([]byte(shared), object{}, good.merged(object{"user_id": "bob"})))
		Expect(err).NotTo(HaveOccurred())
		Expect(who.Subject).To(Equal("bob"))
		expectRefused(ctx, v, hs256([]byte(shared), object{}, good))
		expectRefused(ctx, v, hs256([]byte(shared), object{}, good.merged(object{"user_id": 7})))
	})

	It("are held to issuer and audience where those are set", func(ctx SpecContext) {
		v := verifier(tokens.Users{Secret: shared, Issuer: issuerName, Audience: audience})
		_, err := v.Verify(ctx, hs256([]byte(shared), object{}, good.merged(object{"iss": issuerName, "aud": audience})))
		Expect(err).NotTo(HaveOccurred())
		for _, wrong := range []object{{}, {"iss": issuerName}, {"aud": audience}, {"iss": issuerName, "aud": "session-cache"}, {"iss": "https://else", "aud": audience}} {
			expectRefused(ctx, v, hs256([]byte(shared), object{}, good.merged(wrong)))
		}
	})

	It("are refused with another secret, without exp, by another algorithm, and as a session cache", func(ctx SpecContext) {
		v := verifier(tokens.Users{Secret: shared})
		key := newEdDSA("k1")
		for what, compact := range map[string]string{
			"another secret": hs256([]byte(strings.ToUpper(shared)), object{}, good),
			"no exp":         hs256([]byte(shared), object{}, good.merged(object{"exp": nil})),
			"expired":        hs256([]byte(shared), object{}, good.merged(object{"exp": now.in(-time.Minute)})),
			"EdDSA":          key.sign(nil, good),
			"none":           part(object{"alg": "none"}) + "." + part(good) + ".",
			"a session":      hs256([]byte(shared), object{"typ": "session"}, good),
		} {
			_, err := v.Verify(ctx, compact)
			Expect(err).To(MatchError(tokens.ErrInvalid), what)
		}
	})

	It("do not open what only another kind of token opens", func(ctx SpecContext) {
		hops := newEdDSA("k1")
		adapter := newIssuer(hops.public(nil))
		v := tokens.NewVerifier(tokens.Options{Clock: now.Now},
			tokens.Source{Issuer: tokens.HopAdapter, Audience: tokens.HopChatcore, JWKSURL: adapter.url}, tokens.Users{Secret: shared}.Source())
		public, err := base64.RawURLEncoding.DecodeString(hops.public(nil)["x"].(string))
		Expect(err).NotTo(HaveOccurred())
		hop := good.merged(object{"iss": tokens.HopAdapter, "aud": tokens.HopChatcore})
		expectRefused(ctx, v, hs256(public, object{"kid": "k1"}, hop))
		expectRefused(ctx, v, hs256([]byte(shared), object{"kid": "k1"}, hop))
		_, err = v.Verify(ctx, hops.sign(nil, hop))
		Expect(err).NotTo(HaveOccurred())
	})

	DescribeTable("are configured without doubt", func(users tokens.Users, fault string) {
		err := users.Fault()
		if fault == "" {
			Expect(err).NotTo(HaveOccurred())
			return
		}
		Expect(err).To(MatchError(ContainSubstring(fault)))
		if users.Secret != "" {
			Expect(err.Error()).NotTo(ContainSubstring(users.Secret))
		}
	},
		Entry("nothing at all", tokens.Users{}, ""),
		Entry("a secret alone", tokens.Users{Secret: shared, Claim: "sub"}, ""),
		Entry("keys with their issuer", tokens.Users{JWKS: "https://x", Issuer: "i", Audience: "a"}, ""),
		Entry("keys without an issuer", tokens.Users{JWKS: "https://x", Audience: "a"}, "AUTH_ISSUER is missing"),
		Entry("keys without an audience", tokens.Users{JWKS: "https://x", Issuer: "i"}, "AUTH_AUDIENCE is missing"),
		Entry("both", tokens.Users{JWKS: "https://x", Issuer: "i", Audience: "a", Secret: shared}, "set one of them"),
		Entry("a short secret", tokens.Users{Secret: strings.Repeat("x", 31)}, "at least 32 bytes"),
		Entry("a claim that says something else", tokens.Users{Secret: shared, Claim: "iss"}, "AUTH_USER_CLAIM"),
	)
})
