package tokens_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/tokens"
)

var _ = Describe("An issuer's key set", func() {
	const cooldown = 10 * time.Second
	var (
		now      *clock
		key      testKey
		login    *issuer
		verifier *tokens.Verifier
		claims   object
	)

	BeforeEach(func() {
		now = newClock()
		key = newEdDSA("k1")
		login = newIssuer(key.public(nil))
		verifier = tokens.NewVerifier(tokens.Options{Clock: now.Now, Cooldown: cooldown},
			tokens.Source{Issuer: issuerName, Audience: audience, JWKSURL: login.url},
			tokens.Source{Issuer: issuerName, Audience: "admin", JWKSURL: login.url})
		claims = object{"iss": issuerName, "aud": audience, "sub": "alice", "exp": now.in(100 * time.Hour)}
	})

	verify := func(ctx context.Context, k testKey) error {
		_, err := verifier.Verify(ctx, k.sign(nil, claims))
		return err
	}

	It("is fetched once, at the first token, for all sources that share it", func(ctx SpecContext) {
		Expect(login.fetched()).To(BeZero())
		for range 5 {
			Expect(verify(ctx, key)).To(Succeed())
		}
		_, err := verifier.Verify(ctx, key.sign(nil, claims.merged(object{"aud": "admin"})))
		Expect(err).NotTo(HaveOccurred())
		Expect(login.fetched()).To(Equal(1))
	})

	It("is not fetched for a token that no key could make right", func(ctx SpecContext) {
		_, err := verifier.Verify(ctx, hs256([]byte("x"), object{"kid": "k9"}, claims))
		Expect(err).To(MatchError(tokens.ErrInvalid))
		Expect(verify(ctx, testKey{id: "k9", alg: "none", signer: key.signer})).To(MatchError(tokens.ErrInvalid))
		Expect(login.fetched()).To(BeZero())
	})

	Context("when a token names a key that is not in it", func() {
		BeforeEach(func(ctx SpecContext) { Expect(verify(ctx, key)).To(Succeed()) })

		It("is fetched anew, and the new key is accepted", func(ctx SpecContext) {
			rotated := newEdDSA("k2")
			login.change(func(i *issuer) { i.keys = []object{rotated.public(nil), key.public(nil)} })
			now.Advance(cooldown)
			Expect(verify(ctx, rotated)).To(Succeed())
			Expect(verify(ctx, key)).To(Succeed())
			Expect(login.fetched()).To(Equal(2))
		})

		It("is fetched once in a cooldown, however many such tokens come", func(ctx SpecContext) {
			now.Advance(cooldown)
			for i := range 20 {
				Expect(verify(ctx, newEdDSA("no-"+strconv.Itoa(i)))).To(MatchError(tokens.ErrInvalid))
			}
			Expect(login.fetched()).To(Equal(2))
			now.Advance(cooldown)
			Expect(verify(ctx, newEdDSA("no-more"))).To(MatchError(tokens.ErrInvalid))
			Expect(login.fetched()).To(Equal(3))
		})

		It("is fetched once for many callers at the same time, and nobody waits for a caller who left", func(ctx SpecContext) {
			rotated := newEdDSA("k2")
			hold := make(chan struct{})
			login.change(func(i *issuer) { i.keys, i.hold = []object{rotated.public(nil)}, hold })
			now.Advance(cooldown)
			impatient, leave := context.WithCancel(ctx)
			left := make(chan error, 1)
			go func() { left <- verify(impatient, rotated) }()
			Eventually(ctx, login.fetched).Should(Equal(2))
			var waiting sync.WaitGroup
			results := make(chan error, 20)
			for range 20 {
				waiting.Go(func() { results <- verify(ctx, rotated) })
			}
			leave()
			Eventually(ctx, left).Should(Receive(MatchError(tokens.ErrKeysUnavailable)))
			close(hold)
			waiting.Wait()
			for range 20 {
				Expect(<-results).To(Succeed())
			}
			Expect(login.fetched()).To(Equal(2))
		})

		It("keeps the keys it has while the issuer is down, and says of the rest that it cannot tell", func(ctx SpecContext) {
			login.change(func(i *issuer) { i.status = http.StatusBadGateway })
			now.Advance(cooldown)
			Expect(verify(ctx, newEdDSA("k2"))).To(MatchError(tokens.ErrKeysUnavailable))
			Expect(verify(ctx, newEdDSA("k3"))).To(MatchError(tokens.ErrKeysUnavailable))
			Expect(verify(ctx, key)).To(Succeed())
			Expect(login.fetched()).To(Equal(2))
		})
	})

	It("lets a withdrawn key end when it is old", func(ctx SpecContext) {
		Expect(verify(ctx, key)).To(Succeed())
		login.change(func(i *issuer) { i.keys = []object{newEdDSA("k2").public(nil)} })
		Expect(verify(ctx, key)).To(Succeed())
		now.Advance(16 * time.Minute)
		Eventually(ctx, func() error { return verify(ctx, key) }).Should(MatchError(tokens.ErrInvalid))
	})

	Context("when the issuer is not there at the start", func() {
		BeforeEach(func() { login.change(func(i *issuer) { i.status = http.StatusServiceUnavailable }) })

		It("says that it cannot tell, and works as soon as the issuer does", func(ctx SpecContext) {
			Expect(verifier.Ready(ctx, login.url)).To(MatchError(tokens.ErrKeysUnavailable))
			Expect(verify(ctx, key)).To(MatchError(tokens.ErrKeysUnavailable))
			Expect(verify(ctx, key)).NotTo(MatchError(tokens.ErrInvalid))
			Expect(login.fetched()).To(Equal(1))
			login.change(func(i *issuer) { i.status = http.StatusOK })
			now.Advance(time.Second)
			Expect(verify(ctx, key)).To(Succeed())
			Expect(verifier.Ready(ctx, login.url)).To(Succeed())
			Expect(login.fetched()).To(Equal(2))
		})

		It("becomes ready by being asked", func(ctx SpecContext) {
			Expect(verifier.Ready(ctx, login.url)).NotTo(Succeed())
			login.change(func(i *issuer) { i.status = http.StatusOK })
			now.Advance(time.Second)
			Expect(verifier.Ready(ctx, login.url)).To(Succeed())
			login.change(func(i *issuer) { i.status = http.StatusServiceUnavailable })
			now.Advance(time.Hour)
			Expect(verifier.Ready(ctx, login.url)).To(Succeed(), "keys that were fetched stay")
		})
	})

	DescribeTable("is not taken from an answer that is none",
		func(ctx SpecContext, body string) {
			login.change(func(i *issuer) { i.body = body })
			Expect(verify(ctx, key)).To(MatchError(tokens.ErrKeysUnavailable))
		},
		Entry("a page", "<html>sign in</html>"),
		Entry("an empty set", `{"keys":[]}`),
		Entry("another object", `{"issuer":"https://login.example.com"}`),
		Entry("symmetric keys only", `{"keys":[{"kty":"oct","kid":"k1","k":"c2VjcmV0"}]}`),
		Entry("a number", `17`),
	)

	It("must be a source's for Ready", func(ctx SpecContext) {
		Expect(verifier.Ready(ctx, "http://127.0.0.1:1/")).To(MatchError(ContainSubstring("no source")))
	})

	It("is verified without the network when the keys are the process's own", func(ctx SpecContext) {
		own := loadNewKeys()
		local := tokens.NewVerifier(tokens.Options{Clock: now.Now},
			tokens.LocalSource(tokens.HopAdapter, tokens.SessionAudience, own))
		sign := func(audience string) string {
			compact, err := own.Sign(now.Now(), tokens.Claims{
				Issuer: tokens.HopAdapter, Audience: audience, Subject: "alice", SessionID: "s-1", Lifetime: time.Hour,
			})
			Expect(err).NotTo(HaveOccurred())
			return compact
		}
		Expect(local.Verify(ctx, sign(tokens.SessionAudience))).To(HaveField("SessionID", "s-1"))
		expectRefused(ctx, local, sign(tokens.HopChatcore))
		expectRefused(ctx, local, newEdDSA("k1").sign(nil, claims.merged(
			object{"iss": tokens.HopAdapter, "aud": tokens.SessionAudience})))
		hourly := sign(tokens.SessionAudience)
		now.Advance(time.Hour + 30*time.Second)
		expectRefused(ctx, local, hourly)
	})
})
