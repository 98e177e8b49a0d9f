package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("The client", func() {
	var (
		answer  http.HandlerFunc
		asked   *http.Request
		body    string
		client  *api.Client
		options api.ClientOptions
	)
	who := api.Caller{UserID: "auth0|a/b", Bearer: "token"}

	JustBeforeEach(func() {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			read, _ := io.ReadAll(r.Body)
			asked, body = r, string(read)
			answer(w, r)
		}))
		DeferCleanup(server.Close)
		var err error
		client, err = api.NewClient(server.URL+"/", options)
		Expect(err).NotTo(HaveOccurred())
	})

	BeforeEach(func() {
		options = api.ClientOptions{}
		answer = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) }
	})

	DescribeTable("asks for", func(ctx SpecContext, call func(context.Context) error, method, uri, sent string) {
		Expect(call(ctx)).To(Succeed())
		Expect(asked.Method).To(Equal(method))
		Expect(asked.RequestURI).To(Equal("/api/auth0%7Ca%2Fb" + uri))
		Expect(body).To(Equal(sent))
		Expect(asked.Header.Get("Authorization")).To(Equal("Bearer token"))
		Expect(asked.Header.Get("Content-Type") == "application/json").To(Equal(sent != ""))
	},
		Entry("a turn", func(ctx context.Context) error {
			_, err := client.Chat(ctx, who, api.ChatRequest{Content: "hi"})
			return err
		}, "POST", "/chat", `{"content":"hi"}`),
		Entry("conversations, always paged", func(ctx context.Context) error {
			_, err := client.Conversations(ctx, who, api.PageRequest{})
			return err
		}, "GET", "/conversations?limit=1000", ""),
		Entry("a conversation", func(ctx context.Context) error { _, err := client.Conversation(ctx, who, 5); return err }, "GET", "/conversations/5", ""),
		Entry("messages", func(ctx context.Context) error {
			_, err := client.Messages(ctx, who, 5, api.PageRequest{Limit: 3, After: "7", Order: "asc"})
			return err
		}, "GET", "/conversations/5/messages?after=7&limit=3&order=asc", ""),
		Entry("a new conversation", func(ctx context.Context) error { _, err := client.CreateConversation(ctx, who); return err }, "POST", "/conversations", `{}`),
		Entry("another title", func(ctx context.Context) error {
			title := "T"
			_, err := client.UpdateConversation(ctx, who, 5, api.ConversationPatch{Title: &title})
			return err
		}, "PATCH", "/conversations/5", `{"title":"T"}`),
		Entry("no conversation any more", func(ctx context.Context) error { return client.DeleteConversation(ctx, who, 5) }, "DELETE", "/conversations/5", ""),
		Entry("a session", func(ctx context.Context) error {
			_, err := client.OpenSession(ctx, who, api.SessionRequest{ExpiresIn: 60})
			return err
		}, "POST", "/chatkit-sessions", `{"expires_in":60}`),
		Entry("no session any more", func(ctx context.Context) error { return client.CloseSession(ctx, who, "..") }, "DELETE", "/chatkit-sessions/%2E%2E", ""),
	)

	It("gives a problem as it was meant", func(ctx SpecContext) {
		answer = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"status":500,"code":"too_many","detail":"Slow down.","field":"f","request_id":"r"}`)
		}
		_, err := client.Conversation(ctx, who, 5)
		var problem *api.Problem
		Expect(errors.As(err, &problem)).To(BeTrue())
		Expect(*problem).To(Equal(api.Problem{Status: 429, Code: "too_many", Detail: "Slow down.", Field: "f", RequestID: "r", RetryAfter: 7 * time.Second}))
	})

	DescribeTable("shows nothing of an error page", func(ctx SpecContext, kind, page string) {
		answer = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, page)
		}
		var problem *api.Problem
		Expect(errors.As(client.DeleteConversation(ctx, who, 5), &problem)).To(BeTrue())
		Expect(*problem).To(Equal(api.Problem{Status: 502}))
	},
		Entry(nil, "text/html", "<h1>nginx</h1>"), Entry(nil, "application/json", `{"code":"x","detail":"<secret>"}`),
		Entry(nil, "application/problem+json", `{"code":7}`), Entry(nil, "application/problem+json", ``),
	)

	Context("with what no answer should be", func() {
		BeforeEach(func() { options = api.ClientOptions{MaxBody: 100, Timeout: 200 * time.Millisecond} })

		DescribeTable("gives an error that names no user", func(ctx SpecContext, bad http.HandlerFunc) {
			answer = bad
			_, err := client.Conversation(ctx, who, 5)
			Expect(err).To(HaveOccurred())
			var problem *api.Problem
			Expect(errors.As(err, &problem)).To(BeFalse())
			Expect(err.Error()).NotTo(ContainSubstring("auth0"))
		},
			Entry("too much", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, `{"title":"`+strings.Repeat("x", 200)+`"}`)
			})),
			Entry("no JSON", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `<html>`) })),
			Entry("half of it", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "50")
				_, _ = io.WriteString(w, `{"id":`)
			})),
			Entry("nothing in time", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })),
		)

		It("follows no redirect with its token", func(ctx SpecContext) {
			answer = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }
			_, err := client.Conversation(ctx, who, 5)
			var problem *api.Problem
			Expect(errors.As(err, &problem)).To(BeTrue())
			Expect(problem.Status).To(Equal(http.StatusFound))
			Expect(asked.URL.Path).NotTo(Equal("/elsewhere"))
		})
	})

	DescribeTable("is not made for", func(base string) {
		_, err := api.NewClient(base, api.ClientOptions{})
		Expect(err).To(HaveOccurred())
	}, Entry(nil, ""), Entry(nil, "localhost:8001"), Entry(nil, "ftp://x"), Entry(nil, "http://"), Entry(nil, "http://x?a=b"), Entry(nil, "http://[x"))
})

var _ = Describe("The client's stream", func() {
	started := api.Event{ID: "0.0.0.0", Body: api.RunStarted{RunID: 3}}
	ended := api.Event{ID: "1.8.0.0", Body: api.RunCompleted{}}

	// stream pulls all there is from a server that answers so.
	stream := func(ctx context.Context, options api.ClientOptions, answer func(w http.ResponseWriter, r *http.Request)) (bodies []api.Body, failure error) {
		GinkgoHelper()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client goes
			answer(w, r)
		}))
		defer server.Close()
		client, err := api.NewClient(server.URL, options)
		Expect(err).NotTo(HaveOccurred())
		for event, err := range client.Stream(ctx, api.Caller{UserID: "a"}, api.ChatRequest{Content: "hi"}) {
			if err != nil {
				Expect(failure).NotTo(HaveOccurred(), "an error was not the last")
				failure = err
				continue
			}
			bodies = append(bodies, event.Body)
		}
		return bodies, failure
	}
	send := func(w http.ResponseWriter, events ...api.Event) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		for _, event := range events {
			_ = api.Encode(w, event)
		}
		_ = http.NewResponseController(w).Flush()
	}

	It("ends with the turn", func(ctx SpecContext) {
		bodies, err := stream(ctx, api.ClientOptions{}, func(w http.ResponseWriter, r *http.Request) {
			Expect(r.Header.Get("Accept")).To(Equal("text/event-stream"))
			send(w, started, ended)
			<-r.Context().Done() // the client does not wait for the connection's end
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(bodies).To(HaveLen(2))
	})

	It("says that it was cut", func(ctx SpecContext) {
		bodies, err := stream(ctx, api.ClientOptions{}, func(w http.ResponseWriter, _ *http.Request) {
			send(w, started)
			panic(http.ErrAbortHandler)
		})
		Expect(bodies).To(HaveLen(1))
		Expect(err).To(MatchError(api.ErrCut))
	})

	It("gives up on silence, but not on a reader of its own that is slow", func(ctx SpecContext) {
		release := make(chan struct{})
		bodies, err := stream(ctx, api.ClientOptions{Silence: 500 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
			send(w, started)
			defer close(release)
			for range 6 { // heartbeats count
				time.Sleep(120 * time.Millisecond)
				_, _ = fmt.Fprint(w, ": hb\n\n")
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		})
		Eventually(ctx, release).Should(BeClosed())
		Expect(bodies).To(HaveLen(1))
		Expect(err).To(MatchError(api.ErrSilent))
	})

	It("gives up when the turn is not accepted in time", func(ctx SpecContext) {
		_, err := stream(ctx, api.ClientOptions{Accept: 20 * time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		Expect(err).To(MatchError(ContainSubstring("did not answer in time")))
		Expect(err).NotTo(MatchError(api.ErrSilent))
	})

	It("refuses an answer that is no stream", func(ctx SpecContext) {
		bodies, err := stream(ctx, api.ClientOptions{}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{}`)
		})
		Expect(bodies).To(BeEmpty())
		Expect(err).To(MatchError(ContainSubstring("application/json")))
	})

	It("closes the connection when nobody pulls any more", func(ctx SpecContext) {
		left := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			send(w, started)
			<-r.Context().Done()
			close(left)
		}))
		DeferCleanup(server.Close)
		client, err := api.NewClient(server.URL, api.ClientOptions{})
		Expect(err).NotTo(HaveOccurred())
		for _, err := range client.Stream(ctx, api.Caller{UserID: "a"}, api.ChatRequest{Content: "hi"}) {
			Expect(err).NotTo(HaveOccurred())
			break
		}
		Eventually(ctx, left).Should(BeClosed())
	})
})
