package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/present"
	"taskpilot/adapter/server"
	"taskpilot/adapter/upstream"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

const (
	issuer   = "https://issuer.example"
	audience = "chat"
)

// adapter is one under test, before a chat API and an issuer that are not real.
type adapter struct {
	chat    *chatAPI
	jwks    *httptest.Server
	issuer  *tokens.Keys
	keys    *tokens.Keys
	options server.Options
	server  *server.Server
	url     string

	patience time.Duration // for a turn whose stream broke
}

func newKeys() *tokens.Keys {
	GinkgoHelper()
	path := filepath.Join(GinkgoT().TempDir(), "keys.json")
	Expect(tokens.WriteNewKeys(path)).To(Succeed())
	keys, err := tokens.LoadKeys(path)
	Expect(err).NotTo(HaveOccurred())
	return keys
}

// newAdapter prepares an adapter; start starts it, after a spec has changed its options.
func newAdapter() *adapter {
	GinkgoHelper()
	a := &adapter{chat: newChatAPI(), issuer: newKeys(), keys: newKeys()}
	a.jwks = httptest.NewServer(a.issuer)
	DeferCleanup(a.jwks.Close)
	languages, err := present.NewLanguages()
	Expect(err).NotTo(HaveOccurred())
	a.options = server.Options{
		Languages: languages, Log: slog.New(slog.NewTextHandler(GinkgoWriter, nil)), Clock: time.Now, Keys: a.keys,
		Ready: func(context.Context) error { return nil }, Origins: []string{"https://app.example"}, Patience: 5 * time.Second,
	}
	return a
}

func (a *adapter) start() {
	GinkgoHelper()
	client, err := api.NewClient(a.chat.URL, api.ClientOptions{HTTP: &http.Client{Transport: &http.Transport{}}, Silence: 5 * time.Second})
	Expect(err).NotTo(HaveOccurred())
	if a.options.Chat == nil {
		a.options.Chat = &upstream.Chat{Client: client, Keys: a.options.Keys, Clock: time.Now, Patience: a.patience}
	}
	a.options.Users = tokens.NewVerifier(tokens.Options{}, tokens.Source{Issuer: issuer, Audience: audience, JWKSURL: a.jwks.URL})
	a.server = server.New(a.options)
	front := httptest.NewServer(serving.Standard(a.options.Log, a.server.Handler()))
	DeferCleanup(front.Close)
	a.url = front.URL
}

// token is a user's.
func (a *adapter) token(user string) string {
	return sign(a.issuer, tokens.Claims{Issuer: issuer, Audience: audience, Subject: user, Lifetime: time.Hour}, time.Now())
}

// secret is a session's.
func (a *adapter) secret(user, session string, at time.Time) string {
	return sign(a.keys, tokens.Claims{Issuer: tokens.HopAdapter, Audience: tokens.SessionAudience, Subject: user, SessionID: session, Lifetime: time.Hour}, at)
}

func sign(keys *tokens.Keys, claims tokens.Claims, at time.Time) string {
	GinkgoHelper()
	token, err := keys.Sign(at, claims)
	Expect(err).NotTo(HaveOccurred())
	return token
}

// hop is what a token that reached the chat API says.
func (a *adapter) hop(ctx context.Context, authorization string) tokens.Identity {
	GinkgoHelper()
	verifier := tokens.NewVerifier(tokens.Options{}, tokens.LocalSource(tokens.HopAdapter, tokens.HopChatcore, a.keys))
	identity, err := verifier.Verify(ctx, strings.TrimPrefix(authorization, "Bearer "))
	Expect(err).NotTo(HaveOccurred())
	return identity
}

// send makes a request as alice, unless the headers say otherwise; an empty one takes a header away.
func (a *adapter) send(ctx context.Context, method, path, body string, headers ...string) *http.Response {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+a.token("alice"))
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			request.Header.Del(headers[i])
		}
	}
	return sent(request)
}

func sent(request *http.Request) *http.Response {
	GinkgoHelper()
	response, err := http.DefaultTransport.RoundTrip(request)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(response.Body.Close)
	return response
}

// post sends one request of the protocol.
func (a *adapter) post(ctx context.Context, body string, headers ...string) *http.Response {
	GinkgoHelper()
	return a.send(ctx, http.MethodPost, "/api/v1/chatkit", body, headers...)
}

// json reads an answer that is one object.
func object(response *http.Response) map[string]any {
	GinkgoHelper()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	var read map[string]any
	Expect(json.Unmarshal(body, &read)).To(Succeed(), string(body))
	return read
}

// frame reads the next frame of a stream, as it came; empty at the end.
func frame(stream *bufio.Reader) string {
	GinkgoHelper()
	var whole strings.Builder
	for {
		line, err := stream.ReadString('\n')
		if err == io.EOF && line == "" && whole.Len() == 0 {
			return ""
		}
		Expect(err).NotTo(HaveOccurred())
		whole.WriteString(line)
		if line == "\n" {
			return whole.String()
		}
	}
}

// events reads a stream to its end. Each frame must be exactly as ChatKit wants it.
func events(response *http.Response) []map[string]any {
	GinkgoHelper()
	all, ids := marked(response)
	Expect(ids).To(HaveEach(""))
	return all
}

// marked reads a stream to its end, with the ids of its events.
func marked(response *http.Response) (all []map[string]any, ids []string) {
	GinkgoHelper()
	Expect(response.StatusCode).To(Equal(http.StatusOK))
	Expect(response.Header.Get("Content-Type")).To(Equal("text/event-stream"))
	for stream := bufio.NewReader(response.Body); ; {
		text := frame(stream)
		switch text {
		case "":
			return all, ids
		case ": hb\n\n":
			continue
		}
		event, id := decoded(text)
		all, ids = append(all, event), append(ids, id)
	}
}

// decoded reads one frame.
func decoded(text string) (event map[string]any, id string) {
	GinkgoHelper()
	parts := regexp.MustCompile(`^(?:id: (\S+)\n)?data: (\{.*\})\n\n$`).FindStringSubmatch(text)
	Expect(parts).NotTo(BeNil(), text)
	Expect(json.Unmarshal([]byte(parts[2]), &event)).To(Succeed())
	return event, parts[1]
}

func decode(text string, into any) {
	GinkgoHelper()
	Expect(json.Unmarshal([]byte(text), into)).To(Succeed(), text)
}

func bodyOf(text string) io.Reader { return strings.NewReader(text) }

func types(events []map[string]any) []any {
	kinds := make([]any, len(events))
	for i, event := range events {
		kinds[i] = event["type"]
	}
	return kinds
}

// oneError is a stream of exactly one error event.
func oneError(response *http.Response) (message string, allowRetry bool) {
	GinkgoHelper()
	all := events(response)
	Expect(types(all)).To(Equal([]any{"error"}))
	Expect(all[0]["code"]).To(Equal("custom"))
	return all[0]["message"].(string), all[0]["allow_retry"].(bool)
}

const (
	create  = `{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"Add a task to buy groceries"}],"attachments":[],"inference_options":{}}}}`
	addTo7  = `{"type":"threads.add_user_message","params":{"thread_id":"thr_7","input":{"content":[{"type":"input_text","text":"hi"}],"attachments":[],"inference_options":{}}}}`
	chatOf  = "POST /api/alice/chat"
	listOf7 = "GET /api/alice/conversations/7/messages"
)
