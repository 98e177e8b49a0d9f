package openai_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/deploy/offlinemodel/openai"
)

var _ = Describe("a text in pieces", func() {
	It("is cut before each word", func() {
		Expect(openai.Words("You have  two\n\ntasks. ")).To(Equal([]string{"You", " have", "  two", "\n\ntasks.", " "}))
		Expect(openai.Words("")).To(BeEmpty())
		Expect(openai.Words("  ")).To(Equal([]string{"  "}))
		Expect(openai.Split("“é🎉x", 2)).To(Equal([]string{"“é", "🎉x"}))
	})

	It("is the text again when put together", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			text := rapid.String().Draw(t, "text")
			size := rapid.IntRange(1, 9).Draw(t, "size")
			for _, pieces := range [][]string{openai.Words(text), openai.Split(text, size)} {
				if strings.Join(pieces, "") != text {
					t.Fatalf("%q is not %q", pieces, text)
				}
				for _, piece := range pieces {
					if piece == "" || !utf8.ValidString(piece) {
						t.Fatalf("a bad piece in %q", pieces)
					}
				}
			}
		})
	})
})

// FuzzRead reads whatever comes: it is a request that holds together, or a fault.
func FuzzRead(f *testing.F) {
	f.Add(`{"model":"m","messages":[{"role":"user","content":"hi"}]}`)
	f.Add(`{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"x","arguments":""}}]},{"role":"tool","tool_call_id":"a","content":[]}],"tool_choice":{},"tools":[{}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		readAgain(t, body)
	})
}
