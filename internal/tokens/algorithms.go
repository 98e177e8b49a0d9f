package tokens

import (
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
)

const minRSABytes = 256 // 2048 bits

// algorithmOf gives the one algorithm that a key is used with here. It follows from the key's type, never from a token;
// a key of any other kind, above all a symmetric one, is not used at all.
func algorithmOf(key jwk.Key) (jwa.SignatureAlgorithm, bool) {
	alg, ok := algorithmOfType(key)
	if !ok {
		return "", false
	}
	if named := key.Algorithm().String(); named != "" && named != alg.String() {
		return "", false
	}
	if use := key.KeyUsage(); use != "" && use != jwk.ForSignature.String() {
		return "", false
	}
	return alg, true
}

func algorithmOfType(key jwk.Key) (jwa.SignatureAlgorithm, bool) {
	switch k := key.(type) {
	case interface {
		Crv() jwa.EllipticCurveAlgorithm
	}: // OKP and EC, public and private
		switch k.Crv() {
		case jwa.Ed25519:
			return jwa.EdDSA, key.KeyType() == jwa.OKP
		case jwa.P256:
			return jwa.ES256, key.KeyType() == jwa.EC
		}
	case interface{ N() []byte }: // RSA
		return jwa.RS256, key.KeyType() == jwa.RSA && len(k.N()) >= minRSABytes
	}
	return "", false
}

// publicKey is a key that may verify, and how.
type publicKey struct {
	id  string
	alg jwa.SignatureAlgorithm
	raw any
}

// usable gives the public halves of those keys of a set that may verify.
func usable(set jwk.Set) []publicKey {
	var keys []publicKey
	for i := range set.Len() {
		key, _ := set.Key(i)
		alg, ok := algorithmOf(key)
		if !ok {
			continue
		}
		public, err := key.PublicKey()
		if err != nil {
			continue
		}
		var raw any
		if err := public.Raw(&raw); err != nil {
			continue
		}
		keys = append(keys, publicKey{id: key.KeyID(), alg: alg, raw: raw})
	}
	return keys
}

// find gives the keys that a token with this header may be signed with. A token that names no key is accepted from an
// issuer that has one key only.
func find(keys []publicKey, id string, alg jwa.SignatureAlgorithm) []publicKey {
	if id == "" {
		if len(keys) == 1 && keys[0].alg == alg {
			return keys
		}
		return nil
	}
	var found []publicKey
	for _, key := range keys {
		if key.id == id && key.alg == alg {
			found = append(found, key)
		}
	}
	return found
}
