package tokens_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"taskpilot/internal/tokens"
)

// FuzzVerify: no text makes the verifier panic, and none that was not signed is accepted.
func FuzzVerify(f *testing.F) {
	keys, err := tokens.ParseKeys([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k",` +
		`"x":"O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik","d":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}`))
	if err != nil {
		f.Fatal(err)
	}
	now := newClock()
	good := signedOnce(`{"alg":"EdDSA","kid":"k"}`, `{"iss":"i","aud":"a","sub":"s","exp":1900000000}`)
	parts := strings.Split(good, ".")
	f.Add(good)
	f.Add(parts[0] + "." + parts[1] + ".")
	f.Add("eyJhbGciOiJub25lIn0." + parts[1] + ".")
	f.Add(parts[0] + ".e30." + parts[2])
	f.Add("..")
	f.Add(`{"payload":"e30","signatures":[]}`)
	verifier := tokens.NewVerifier(tokens.Options{Clock: now.Now}, tokens.LocalSource("i", "a", keys))
	if _, err := verifier.Verify(context.Background(), good); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		who, err := verifier.Verify(context.Background(), text)
		switch {
		case err == nil && !sameToken(text, good):
			t.Fatalf("accepted %q as %v", text, who)
		case err != nil && !errors.Is(err, tokens.ErrInvalid):
			t.Fatalf("neither accepted nor refused: %v", err)
		}
	})
}

// signedOnce is the same token in every process of the fuzzer.
func signedOnce(header, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	input := encode([]byte(header)) + "." + encode([]byte(claims))
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	return input + "." + encode(ed25519.Sign(private, []byte(input)))
}

// sameToken: what is signed is equal; the encoding of the signature's last bits may differ.
func sameToken(a, b string) bool {
	cut := func(s string) string { return s[:strings.LastIndexByte(s, '.')+1] }
	return cut(a) == cut(b) && len(a)-len(cut(a)) >= ed25519.SignatureSize
}
