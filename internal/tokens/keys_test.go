package tokens_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/tokens"
)

// privateJSON is a key as a file has it.
func (k testKey) privateJSON(changes object) object {
	key, err := jwk.FromRaw(k.signer)
	Expect(err).NotTo(HaveOccurred())
	text, err := json.Marshal(key)
	Expect(err).NotTo(HaveOccurred())
	private := object{}
	Expect(json.Unmarshal(text, &private)).To(Succeed())
	return private.merged(object{"kid": k.id}).merged(changes)
}

func keyFile(keys ...object) string {
	text, err := json.Marshal(object{"keys": keys})
	Expect(err).NotTo(HaveOccurred())
	path := filepath.Join(GinkgoT().TempDir(), "keys.json")
	Expect(os.WriteFile(path, text, 0o600)).To(Succeed())
	return path
}

func loadNewKeys() *tokens.Keys {
	path := filepath.Join(GinkgoT().TempDir(), "keys.json")
	Expect(tokens.WriteNewKeys(path)).To(Succeed())
	keys, err := tokens.LoadKeys(path)
	Expect(err).NotTo(HaveOccurred())
	return keys
}

func decodePart(compact string, index int) object {
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(compact, ".")[index])
	Expect(err).NotTo(HaveOccurred())
	decoded := object{}
	Expect(json.Unmarshal(text, &decoded)).To(Succeed())
	return decoded
}

var _ = Describe("A process's own keys", func() {
	hop := tokens.Claims{Issuer: tokens.HopAdapter, Audience: tokens.HopChatcore, Subject: "auth0|x"}

	Context("when the file is made", func() {
		It("is for its owner's eyes only, and alone in its folder", func() {
			path := filepath.Join(GinkgoT().TempDir(), "secrets", "adapter.json")
			Expect(tokens.WriteNewKeys(path)).To(Succeed())
			info, err := os.Stat(path)
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Mode()).To(Equal(os.FileMode(0o600)))
			Expect(os.ReadDir(filepath.Dir(path))).To(HaveLen(1))
		})

		It("stays when it is there, also when many make it at once", func() {
			path := filepath.Join(GinkgoT().TempDir(), "keys.json")
			var group sync.WaitGroup
			errs := make(chan error, 10)
			for range 10 {
				group.Go(func() { errs <- tokens.WriteNewKeys(path) })
			}
			group.Wait()
			for range 10 {
				Expect(<-errs).To(Succeed())
			}
			before, err := os.ReadFile(path)
			Expect(err).NotTo(HaveOccurred())
			Expect(tokens.WriteNewKeys(path)).To(Succeed())
			Expect(os.ReadFile(path)).To(Equal(before))
			Expect(os.ReadDir(filepath.Dir(path))).To(HaveLen(1))
		})

		It("says when it cannot be", func() {
			Expect(tokens.WriteNewKeys(keyFile() + "/below/keys.json")).To(MatchError(ContainSubstring("making signing keys")))
		})
	})

	It("sign with the first, and are all accepted and published", func(ctx SpecContext) {
		now := newClock()
		first, second, third := newES256("new"), newEdDSA("old"), newRS256("oldest", 2048)
		path := keyFile(first.privateJSON(nil), second.privateJSON(nil), third.privateJSON(nil))
		keys, err := tokens.LoadKeys(path)
		Expect(err).NotTo(HaveOccurred())
		compact, err := keys.Sign(now.Now(), hop)
		Expect(err).NotTo(HaveOccurred())
		Expect(decodePart(compact, 0)).To(Equal(object{"alg": "ES256", "kid": "new", "typ": "JWT"}))

		published := httptest.NewServer(keys)
		DeferCleanup(published.Close)
		verifier := tokens.NewVerifier(tokens.Options{Clock: now.Now},
			tokens.Source{Issuer: tokens.HopAdapter, Audience: tokens.HopChatcore, JWKSURL: published.URL})
		claims := object{"iss": hop.Issuer, "aud": hop.Audience, "sub": hop.Subject, "exp": now.in(time.Minute)}
		for _, token := range []string{compact, second.sign(nil, claims), third.sign(nil, claims)} {
			Expect(verifier.Verify(ctx, token)).To(HaveField("Subject", "auth0|x"))
		}
	})

	It("publish nothing private", func() {
		keys, err := tokens.LoadKeys(keyFile(newRS256("r", 2048).privateJSON(nil), newES256("e").privateJSON(nil),
			newEdDSA("o").privateJSON(object{"key_ops": []string{"sign"}})))
		Expect(err).NotTo(HaveOccurred())
		var set struct{ Keys []object }
		Expect(json.Unmarshal(keys.PublicJSON(), &set)).To(Succeed())
		Expect(set.Keys).To(HaveLen(3))
		for _, key := range set.Keys {
			Expect(key).To(HaveKeyWithValue("use", "sig"))
			Expect(key).To(HaveKey("alg"))
			for _, secret := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "key_ops"} {
				Expect(key).NotTo(HaveKey(secret))
			}
		}
	})

	It("are served as JSON", func() {
		answer := httptest.NewRecorder()
		keys := loadNewKeys()
		keys.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
		Expect(answer.Header().Get("Content-Type")).To(Equal("application/json"))
		Expect(answer.Body.Bytes()).To(Equal(keys.PublicJSON()))
	})

	It("make a token that says all a token has to", func() {
		now := newClock()
		keys := loadNewKeys()
		claims := hop
		claims.SessionID = "s-1"
		compact, err := keys.Sign(now.Now().Add(999*time.Millisecond), claims)
		Expect(err).NotTo(HaveOccurred())
		said := decodePart(compact, 1)
		Expect(said).To(HaveLen(8))
		Expect(said).To(HaveKeyWithValue("sid", "s-1"))
		Expect(said).To(HaveKeyWithValue("aud", BeElementOf("taskpilot-chatcore", []any{"taskpilot-chatcore"})))
		Expect(said).To(HaveKeyWithValue("iat", float64(now.in(0))))
		Expect(said).To(HaveKeyWithValue("nbf", float64(now.in(0))))
		Expect(said).To(HaveKeyWithValue("exp", float64(now.in(tokens.HopLifetime))))
		Expect(said).To(HaveKeyWithValue("jti", Not(BeEmpty())))
	})

	It("never give two tokens the same id", func() {
		now, keys := newClock(), loadNewKeys()
		first, err := keys.Sign(now.Now(), hop)
		Expect(err).NotTo(HaveOccurred())
		Expect(keys.Sign(now.Now(), hop)).NotTo(Equal(first))
	})

	DescribeTable("sign no token that nobody could accept",
		func(claims tokens.Claims) {
			_, err := loadNewKeys().Sign(newClock().Now(), claims)
			Expect(err).To(HaveOccurred())
		},
		Entry("without an issuer", tokens.Claims{Audience: "a", Subject: "s"}),
		Entry("without an audience", tokens.Claims{Issuer: "i", Subject: "s"}),
		Entry("without a subject", tokens.Claims{Issuer: "i", Audience: "a"}),
	)

	It("get their thumbprint for a name when they have none, the same in every replica", func() {
		path := keyFile(newEdDSA("").privateJSON(object{"kid": nil}))
		name := func() any {
			keys, err := tokens.LoadKeys(path)
			Expect(err).NotTo(HaveOccurred())
			compact, err := keys.Sign(newClock().Now(), hop)
			Expect(err).NotTo(HaveOccurred())
			return decodePart(compact, 0)["kid"]
		}
		Expect(name()).To(And(Not(BeEmpty()), Equal(name())))
	})

	DescribeTable("are refused, without a word of what is in the file",
		func(makeFile func() string, sentence string) {
			_, err := tokens.LoadKeys(makeFile())
			Expect(err).To(MatchError(ContainSubstring(sentence)))
			Expect(err.Error()).NotTo(ContainSubstring("c2VjcmV0"))
		},
		Entry("no file", func() string { return "/nowhere/keys.json" }, "reading the signing keys"),
		Entry("not JSON", func() string {
			path := keyFile()
			Expect(os.WriteFile(path, []byte("c2VjcmV0"), 0o600)).To(Succeed())
			return path
		}, "not a JSON web key set"),
		Entry("no key", func() string { return keyFile() }, "no key in it"),
		Entry("a public key", func() string { return keyFile(newEdDSA("k").public(nil)) }, "key 1: it is not a private"),
		Entry("a symmetric key", func() string {
			return keyFile(newEdDSA("k").privateJSON(nil), object{"kty": "oct", "k": "c2VjcmV0", "kid": "s"})
		}, "key 2: it is not a private"),
		Entry("a short RSA key", func() string { return keyFile(newRS256("k", 1024).privateJSON(nil)) }, "key 1"),
		Entry("two of one name", func() string {
			return keyFile(newEdDSA("k").privateJSON(nil), newEdDSA("k").privateJSON(nil))
		}, "another key's too"),
	)
})
