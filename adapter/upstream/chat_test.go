package upstream_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/upstream"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

var _ = Describe("A call of the chat API", func() {
	var (
		chat   *upstream.Chat
		calls  atomic.Int64
		auth   atomic.Value
		broken atomic.Int64 // how many calls get no answer
	)
	who := tokens.Identity{Subject: "alice", SessionID: "cks_1", Scopes: []string{tokens.ScopeModerate}, Token: "alice's own"}

	BeforeEach(func() {
		calls.Store(0)
		broken.Store(0)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			auth.Store(r.Header.Get("Authorization"))
			if calls.Add(1) <= broken.Load() {
				panic(http.ErrAbortHandler)
			}
			_, _ = io.WriteString(w, `{}`)
		}))
		DeferCleanup(server.Close)
		client, err := api.NewClient(server.URL, api.ClientOptions{HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
		Expect(err).NotTo(HaveOccurred())
		chat = &upstream.Chat{Client: client, Clock: time.Now}
	})

	all := map[string]func(context.Context) error{
		"a turn": func(ctx context.Context) error {
			for _, err := range chat.Stream(ctx, who, "", api.ChatRequest{Content: "hi"}) {
				return err
			}
			return nil
		},
		"conversations": func(ctx context.Context) error { _, err := chat.Conversations(ctx, who, api.PageRequest{}); return err },
		"messages":      func(ctx context.Context) error { _, err := chat.Messages(ctx, who, "7", api.PageRequest{}); return err },
		"another title": func(ctx context.Context) error { _, err := chat.Rename(ctx, who, "7", "T"); return err },
		"a deletion":    func(ctx context.Context) error { return chat.Delete(ctx, who, "7") },
		"a stop":        func(ctx context.Context) error { return chat.Cancel(ctx, who, 3) },
		"a leave":       func(ctx context.Context) error { return chat.ReaderLeft(ctx, who, 3) },
		"feedback":      func(ctx context.Context) error { return chat.GiveFeedback(ctx, who, 3, "positive") },
		"a recording": func(ctx context.Context) error {
			_, err := chat.Transcribe(ctx, who, []byte("x"), "audio/mp4")
			return err
		},
		"a session": func(ctx context.Context) error { _, err := chat.OpenSession(ctx, who, time.Hour); return err },
	}

	for name, call := range all {
		harmless := name == "conversations" || name == "messages" || name == "a stop" || name == "a leave" || name == "feedback"

		It("for "+name+" carries a hop token of its own", func(ctx SpecContext) {
			path := filepath.Join(GinkgoT().TempDir(), "keys.json")
			Expect(tokens.WriteNewKeys(path)).To(Succeed())
			keys, err := tokens.LoadKeys(path)
			Expect(err).NotTo(HaveOccurred())
			chat.Keys, chat.Token = keys, "the adapter's"
			_ = call(ctx)
			verifier := tokens.NewVerifier(tokens.Options{}, tokens.LocalSource(tokens.HopAdapter, tokens.HopChatcore, keys))
			identity, err := verifier.Verify(ctx, strings.TrimPrefix(auth.Load().(string), "Bearer "))
			Expect(err).NotTo(HaveOccurred())
			Expect(identity.Subject).To(Equal("alice"))
			Expect(identity.SessionID).To(Equal("cks_1"))
			Expect(identity.Scopes).To(BeEmpty(), "what the caller's own token allows elsewhere is not the adapter's to use")
		})

		It("for "+name+" carries the caller's own token, or the configured one, without keys", func(ctx SpecContext) {
			_ = call(ctx)
			Expect(auth.Load()).To(Equal("Bearer alice's own"))
			chat.Token = "the adapter's"
			_ = call(ctx)
			Expect(auth.Load()).To(Equal("Bearer the adapter's"))
		})

		It("for "+name+" is repeated only if that does no harm", func(ctx SpecContext) {
			broken.Store(1)
			err := call(ctx)
			if harmless {
				Expect(err).NotTo(HaveOccurred())
				Expect(calls.Load()).To(BeEquivalentTo(2))
				return
			}
			Expect(err).To(HaveOccurred())
			Expect(calls.Load()).To(BeEquivalentTo(1))
		})
	}

	It("gives up after a few tries", func(ctx SpecContext) {
		broken.Store(1000)
		_, err := chat.Conversations(ctx, who, api.PageRequest{})
		Expect(err).To(HaveOccurred())
		Expect(calls.Load()).To(BeNumerically("<", 10))
	})
})
