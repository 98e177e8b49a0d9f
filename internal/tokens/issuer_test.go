package tokens_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// object is a header, a claim set or a key, written freely: the tokens of these specs are forged by hand, so that they
// can be as wrong as an attacker makes them.
type object map[string]any

// merged gives a copy of o with changes; nil takes a member away.
func (o object) merged(changes object) object {
	result := object{}
	for name, value := range o {
		result[name] = value
	}
	for name, value := range changes {
		result[name] = value
		if value == nil {
			delete(result, name)
		}
	}
	return result
}

// testKey is a key pair of an issuer.
type testKey struct {
	id     string
	alg    string
	signer crypto.Signer
}

func newEdDSA(id string) testKey {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	return testKey{id: id, alg: "EdDSA", signer: private}
}

func newES256(id string) testKey {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	return testKey{id: id, alg: "ES256", signer: private}
}

func newRS256(id string, bits int) testKey {
	private, err := rsa.GenerateKey(rand.Reader, bits)
	Expect(err).NotTo(HaveOccurred())
	return testKey{id: id, alg: "RS256", signer: private}
}

// public is the key as an issuer publishes it, without alg and use unless changes say so.
func (k testKey) public(changes object) object {
	key, err := jwk.FromRaw(k.signer.Public())
	Expect(err).NotTo(HaveOccurred())
	text, err := json.Marshal(key)
	Expect(err).NotTo(HaveOccurred())
	published := object{}
	Expect(json.Unmarshal(text, &published)).To(Succeed())
	published["kid"] = k.id
	return published.merged(changes)
}

// sign signs whatever header and claims say.
func (k testKey) sign(header, claims object) string {
	input := part(object{"alg": k.alg, "kid": k.id, "typ": "JWT"}.merged(header)) + "." + part(claims)
	return input + "." + base64.RawURLEncoding.EncodeToString(k.signature([]byte(input)))
}

func (k testKey) signature(input []byte) []byte {
	digest := sha256.Sum256(input)
	switch private := k.signer.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(private, input)
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, private, digest[:])
		Expect(err).NotTo(HaveOccurred())
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	default:
		signature, err := k.signer.Sign(rand.Reader, digest[:], crypto.SHA256)
		Expect(err).NotTo(HaveOccurred())
		return signature
	}
}

// hs256 signs with a shared secret.
func hs256(secret []byte, header, claims object) string {
	input := part(object{"alg": "HS256", "typ": "JWT"}.merged(header)) + "." + part(claims)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func part(o object) string {
	text, err := json.Marshal(o)
	Expect(err).NotTo(HaveOccurred())
	return base64.RawURLEncoding.EncodeToString(text)
}

// issuer publishes a key set, and can be down, slow or wrong.
type issuer struct {
	url string

	mu      sync.Mutex
	keys    []object
	status  int
	body    string
	fetches int
	hold    chan struct{}
}

func newIssuer(keys ...object) *issuer {
	i := &issuer{keys: keys, status: http.StatusOK}
	server := httptest.NewServer(i)
	DeferCleanup(server.Close)
	i.url = server.URL + "/.well-known/jwks.json"
	return i
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	i.fetches++
	status, body, hold := i.status, i.body, i.hold
	if body == "" {
		text, _ := json.Marshal(object{"keys": i.keys})
		body = string(text)
	}
	i.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func (i *issuer) change(do func(*issuer)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	do(i)
}

func (i *issuer) fetched() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches
}

// clock stands still until it is told to go on.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// in gives the time d from now, as claims have it.
func (c *clock) in(d time.Duration) int64 { return c.Now().Add(d).Unix() }
