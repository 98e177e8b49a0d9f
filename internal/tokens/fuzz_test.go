package tokens_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"taskpilot/internal/tokens"
)

// FuzzVerify: no text makes the verifier panic, and none that was not signed is accepted.
func FuzzVerify(f *testing.F) {
	keys, err := tokens.ParseKeys([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k",` +
		`"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}]}`))
	if err != nil {
		f.Fatal(err)
	}
	now := newClock()
	good, err := keys.Sign(now.Now(), tokens.Claims{Issuer: "i", Audience: "a", Subject: "s"})
	if err != nil {
		f.Fatal(err)
	}
	parts := strings.Split(good, ".")
	f.Add(good)
	f.Add(parts[0] + "." + parts[1] + ".")
	f.Add("eyJhbGciOiJub25lIn0." + parts[1] + ".")
	f.Add(parts[0] + ".e30." + parts[2])
	f.Add("..")
	f.Add(`{"payload":"e30","signatures":[]}`)
	verifier := tokens.NewVerifier(tokens.Options{Clock: now.Now}, tokens.LocalSource("i", "a", keys))
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

// sameToken: what is signed is equal; the encoding of the signature's last bits may differ.
func sameToken(a, b string) bool {
	cut := func(s string) string { return s[:strings.LastIndexByte(s, '.')+1] }
	return cut(a) == cut(b) && len(a)-len(cut(a)) >= ed25519.SignatureSize
}
