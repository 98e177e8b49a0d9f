package tokens

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Permit is what whoever holds an address may do, without saying who they are: one Purpose, with one Object of one user's,
// for a short time. Its signed form is the address's secret part.
//
// It is no JWT: a JWT signed twice is two texts (a random id, and ES256 signs with chance), and a page must be given the
// same address for the same thing, live and from history, so that browsers keep what they fetched from it.
type Permit struct {
	Purpose string
	Subject string // the user's id
	Object  string
	Expires time.Time // in whole seconds
}

// permitClaims is a Permit on the wire. Being an object of JSON it begins as tokens do, which logs blot out.
type permitClaims struct {
	Purpose string `json:"p"`
	Subject string `json:"s"`
	Object  string `json:"o"`
	Expires int64  `json:"e"`
}

// SignPermit gives a permit's signed form, which is good in a URL. The same permit gives the same text.
func (k *Keys) SignPermit(p Permit) (string, error) {
	if p.Purpose == "" || p.Subject == "" || p.Object == "" {
		return "", errors.New("signing a permit: it needs a purpose, a subject and an object")
	}
	claims, err := json.Marshal(permitClaims{Purpose: p.Purpose, Subject: p.Subject, Object: p.Object, Expires: p.Expires.Unix()})
	if err != nil {
		return "", fmt.Errorf("signing a permit: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(claims)
	return text + "." + base64.RawURLEncoding.EncodeToString(mac(k.permits[0], text)), nil
}

// Permit reads a signed form that one of these keys signed for this purpose. Everything else is ErrInvalid.
func (k *Keys) Permit(signed, purpose string, now time.Time) (Permit, error) {
	text, signature, _ := strings.Cut(signed, ".")
	given, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || len(signed) > tokenLength || !k.signedPermit(text, given) {
		return Permit{}, errKey
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	var claims permitClaims
	if err != nil || json.NewDecoder(bytes.NewReader(raw)).Decode(&claims) != nil {
		return Permit{}, errMalformed
	}
	permit := Permit{Purpose: claims.Purpose, Subject: claims.Subject, Object: claims.Object, Expires: time.Unix(claims.Expires, 0)}
	switch {
	case permit.Purpose != purpose:
		return Permit{}, errKind
	case !now.Before(permit.Expires):
		return Permit{}, errExpired
	}
	return permit, nil
}

func (k *Keys) signedPermit(text string, given []byte) bool {
	for _, secret := range k.permits {
		if hmac.Equal(given, mac(secret, text)) {
			return true
		}
	}
	return false
}

func mac(secret []byte, text string) []byte {
	hash := hmac.New(sha256.New, secret)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

// permitSecret derives the secret that permits are signed with from a private key (HKDF, RFC 5869), so that all replicas
// that share the key share it too.
func permitSecret(private any) ([]byte, error) {
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, errors.New("it cannot be used")
	}
	secret, err := hkdf.Key(sha256.New, encoded, nil, "taskpilot permits 1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("deriving a secret: %w", err)
	}
	return secret, nil
}
