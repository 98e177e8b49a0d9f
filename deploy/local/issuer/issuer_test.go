package issuer_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/local/issuer"
	"taskpilot/internal/tokens"
)

type answer struct {
	Token string `json:"access_token"`
	Type  string `json:"token_type"`
	In    int    `json:"expires_in"`
	Field string `json:"field"`
}

var _ = Describe("The development issuer", func() {
	var (
		server *httptest.Server
		now    time.Time
	)

	ask := func(form url.Values, origin string) (*http.Response, answer) {
		GinkgoHelper()
		request, err := http.NewRequest(http.MethodPost, server.URL+"/token", strings.NewReader(form.Encode()))
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if origin != "" {
			request.Header.Set("Origin", origin)
		}
		response, err := server.Client().Do(request)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		Expect(err).NotTo(HaveOccurred())
		var a answer
		Expect(json.Unmarshal(body, &a)).To(Succeed(), string(body))
		return response, a
	}
	verifier := func(audience string) *tokens.Verifier {
		return tokens.NewVerifier(
			tokens.Options{Clock: func() time.Time { return now }},
			tokens.Source{Issuer: "http://issuer.test", Audience: audience, JWKSURL: server.URL + "/.well-known/jwks.json"})
	}

	BeforeEach(func() {
		now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		path := filepath.Join(GinkgoT().TempDir(), "keys.json")
		Expect(tokens.WriteNewKeys(path)).To(Succeed())
		keys, err := tokens.LoadKeys(path)
		Expect(err).NotTo(HaveOccurred())
		server = httptest.NewServer(issuer.New(issuer.Options{
			Keys: keys, Issuer: "http://issuer.test", Audience: "taskpilot", Origins: []string{"http://lan.test:8000"},
			Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		}))
		DeferCleanup(server.Close)
	})

	It("gives the scope that is asked for", func(ctx SpecContext) {
		_, a := ask(url.Values{"user": {"alice"}, "scope": {"conversations:moderate"}}, "")
		Expect(verifier("taskpilot").Verify(ctx, a.Token)).To(HaveField("Scopes", HaveExactElements("conversations:moderate")))
	})

	DescribeTable("makes a token for any name",
		func(ctx SpecContext, user string) {
			response, a := ask(url.Values{"user": {user}}, "")
			Expect(response.StatusCode).To(Equal(http.StatusOK))
			Expect(response.Header.Get("Cache-Control")).To(Equal("no-store"))
			Expect(a.Type).To(Equal("Bearer"))
			Expect(a.In).To(Equal(3600))
			identity, err := verifier("taskpilot").Verify(ctx, a.Token)
			Expect(err).NotTo(HaveOccurred())
			Expect(identity.Subject).To(Equal(user))
		},
		Entry("a plain one", "alice"), Entry("one with a bar", "auth0|x"), Entry("one with a slash", "a/b"), Entry("one with spaces and accents", "Zoé Ñ & co"),
	)

	It("makes it for another audience when one is named, and then for that one only", func(ctx SpecContext) {
		_, a := ask(url.Values{"user": {"alice"}, "audience": {"tools"}}, "")
		_, err := verifier("tools").Verify(ctx, a.Token)
		Expect(err).NotTo(HaveOccurred())
		_, err = verifier("taskpilot").Verify(ctx, a.Token)
		Expect(err).To(MatchError(tokens.ErrInvalid))
	})

	It("makes it for an hour", func(ctx SpecContext) {
		_, a := ask(url.Values{"user": {"alice"}}, "")
		now = now.Add(59 * time.Minute)
		_, err := verifier("taskpilot").Verify(ctx, a.Token)
		Expect(err).NotTo(HaveOccurred())
		now = now.Add(2 * time.Minute)
		_, err = verifier("taskpilot").Verify(ctx, a.Token)
		Expect(err).To(MatchError(tokens.ErrInvalid))
	})

	DescribeTable("refuses a name that is none",
		func(form url.Values) {
			response, a := ask(form, "")
			Expect(response.StatusCode).To(Equal(http.StatusBadRequest))
			Expect(a.Field).To(Equal("user"))
		},
		Entry("when it is missing", url.Values{}),
		Entry("when it is too long", url.Values{"user": {strings.Repeat("x", 501)}}),
		Entry("when it is no text", url.Values{"user": {"\xff"}}),
		Entry("when it has U+0000", url.Values{"user": {"a\x00b"}}),
	)

	It("refuses a form without an end", func() {
		response, _ := ask(url.Values{"user": {"alice"}, "more": {strings.Repeat("x", 1<<20)}}, "")
		Expect(response.StatusCode).To(Equal(http.StatusBadRequest))
	})

	DescribeTable("lets pages of this machine and of named origins read the answer, and no others",
		func(origin string, allowed bool) {
			response, _ := ask(url.Values{"user": {"alice"}}, origin)
			if allowed {
				Expect(response.Header.Get("Access-Control-Allow-Origin")).To(Equal(origin))
			} else {
				Expect(response.Header).NotTo(HaveKey("Access-Control-Allow-Origin"))
			}
		},
		Entry(nil, "http://127.0.0.1:8000", true), Entry(nil, "http://localhost:3000", true), Entry(nil, "http://[::1]:8000", true),
		Entry(nil, "http://lan.test:8000", true), Entry(nil, "http://lan.test:8001", false),
		Entry(nil, "https://evil.example", false), Entry(nil, "https://localhost.evil.example", false), Entry(nil, "null", false),
	)

	It("answers the browser's question before the request", func() {
		request, err := http.NewRequest(http.MethodOptions, server.URL+"/token", nil)
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Origin", "http://localhost:8000")
		response, err := server.Client().Do(request)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
		Expect(response.StatusCode).To(Equal(http.StatusNoContent))
		Expect(response.Header.Get("Access-Control-Allow-Headers")).To(ContainSubstring("Content-Type"))
	})
})
