package tokens

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
)

// Keys is a process's own private key set, the same in all its replicas. The first key signs; the others are published
// still, so that what they signed stays valid while keys change.
type Keys struct {
	signing   any // the first key, raw
	signingID string
	alg       jwa.SignatureAlgorithm
	public    []publicKey
	published []byte
	permits   [][]byte // secrets of permits, one for each key
}

// LoadKeys reads a private JWKS. Every key must be private and of a kind that is used here (Ed25519, P-256, RSA of at least
// 2048 bits); one without a kid gets its thumbprint.
func LoadKeys(path string) (*Keys, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the signing keys: %w", err)
	}
	keys, err := ParseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("reading the signing keys in %s: %w", path, err)
	}
	return keys, nil
}

// ParseKeys is LoadKeys for a text.
func ParseKeys(text []byte) (*Keys, error) {
	set, err := jwk.Parse(text)
	if err != nil {
		return nil, errors.New("it is not a JSON web key set") // jwx's error could quote the text
	}
	if set.Len() == 0 {
		return nil, errors.New("there is no key in it")
	}
	public := jwk.NewSet()
	seen := map[string]bool{}
	for i := range set.Len() {
		key, _ := set.Key(i)
		half, err := publicHalf(key)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if seen[key.KeyID()] {
			return nil, fmt.Errorf("key %d: its kid is another key's too", i+1)
		}
		seen[key.KeyID()] = true
		if err := public.AddKey(half); err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
	}
	return newKeys(set, public)
}

func newKeys(set, public jwk.Set) (*Keys, error) {
	first, _ := set.Key(0)
	alg, _ := algorithmOf(first)
	keys := &Keys{signingID: first.KeyID(), alg: alg, public: usable(public)}
	if err := first.Raw(&keys.signing); err != nil {
		return nil, errors.New("key 1: it cannot be used")
	}
	for i := range set.Len() {
		key, _ := set.Key(i)
		var private any
		if err := key.Raw(&private); err != nil {
			return nil, fmt.Errorf("key %d: it cannot be used", i+1)
		}
		secret, err := permitSecret(private)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		keys.permits = append(keys.permits, secret)
	}
	var err error
	if keys.published, err = json.Marshal(public); err != nil {
		return nil, fmt.Errorf("writing the public keys: %w", err)
	}
	return keys, nil
}

// publicHalf checks a private key, names it if it has no name, and gives what may be published of it.
func publicHalf(key jwk.Key) (jwk.Key, error) {
	alg, ok := algorithmOf(key)
	if private, err := jwk.IsPrivateKey(key); !ok || err != nil || !private {
		return nil, errors.New("it is not a private signing key for EdDSA, ES256 or RS256")
	}
	if key.KeyID() == "" {
		if err := jwk.AssignKeyID(key); err != nil {
			return nil, fmt.Errorf("naming it: %w", err)
		}
	}
	half, err := key.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("taking its public half: %w", err)
	}
	_ = half.Remove(jwk.KeyOpsKey) // "sign" is not what the public half is for
	_ = half.Set(jwk.AlgorithmKey, alg)
	_ = half.Set(jwk.KeyUsageKey, jwk.ForSignature)
	return half, nil
}

// PublicJSON is the key set to publish.
func (k *Keys) PublicJSON() []byte { return append([]byte(nil), k.published...) }

// ServeHTTP answers GET /.well-known/jwks.json.
func (k *Keys) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=60")
	_, _ = w.Write(k.published)
}
