package server_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/attachments"
	"taskpilot/chatcore/pagetools"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/server"
	"taskpilot/chatcore/store"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
	"taskpilot/internal/tokens"
)

// clock is the real one until a spec moves it on.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// model answers what was said: "fail" with a refusal, "add …" with a call first, all else with an echo in two pieces. What
// begins with "wait" is answered when hold is closed. It keeps what it was asked.
type model struct {
	hold chan struct{}

	mu    sync.Mutex
	asked []agent.Prompt
}

// prompts gives what was asked so far.
func (m *model) prompts() []agent.Prompt {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.asked)
}

func (m *model) Reply(ctx context.Context, prompt agent.Prompt) iter.Seq2[agent.Piece, error] {
	last := prompt.Messages[len(prompt.Messages)-1]
	m.mu.Lock()
	m.asked = append(m.asked, prompt)
	m.mu.Unlock()
	return func(yield func(agent.Piece, error) bool) {
		finished := agent.Finished{Reason: "stop"}
		switch {
		case last.Role == agent.RoleTool:
			yield(agent.Text("I added it."), nil)
		case last.Text == "fail":
			yield(nil, &agent.ModelError{Code: agent.ModelRefused, Err: fmt.Errorf("401 sk-secret")})
			return
		case last.Text == "ask":
			finished.Calls = []agent.Call{{ID: "x", Tool: "ask_person", Arguments: whichMilk}}
		case strings.HasPrefix(last.Text, "page "):
			finished.Calls = []agent.Call{{ID: "x", Tool: strings.TrimPrefix(last.Text, "page "), Arguments: `{}`}}
		case strings.HasPrefix(last.Text, "add "):
			arguments, err := json.Marshal(map[string]string{"title": strings.TrimPrefix(last.Text, "add ")})
			Expect(err).NotTo(HaveOccurred())
			yield(agent.Text("One moment."), nil)
			finished.Calls = []agent.Call{{ID: "x", Tool: "add_task", Arguments: string(arguments)}}
		default:
			if !yield(agent.Text("You said: "), nil) {
				return
			}
			if strings.HasPrefix(last.Text, "wait") {
				select {
				case <-m.hold:
				case <-ctx.Done():
					yield(nil, ctx.Err())
					return
				}
			}
			yield(agent.Text(last.Text), nil)
		}
		yield(finished, nil)
	}
}

const whichMilk = `{"inputs":[{"id":"which","question":"Which one?","type":"multiple_choice","options":[{"value":"Buy milk (open)"},{"value":"Buy milk (done)"}]}]}`

// tools has one tool.
type tools struct{}

func (tools) List(context.Context, agent.Caller) ([]agent.Tool, error) {
	return []agent.Tool{{Name: "add_task"}}, nil
}

func (tools) Call(_ context.Context, _ agent.Caller, request agent.ToolRequest) (agent.Outcome, error) {
	return agent.Outcome{Result: request.Arguments}, nil
}

// desk is the whole service before a model and tools of the specs' own, and what it takes to call it.
type desk struct {
	url     string
	keys    *tokens.Keys
	clock   *clock
	model   *model
	manager *runs.Manager
	db      *ownerdb.DB
	front   *server.Server
}

// maxFile is how large a file may be here.
const maxFile = 100_000

const audience = "chat"

// models may be chosen; the first is the usual one.
var models = []string{"usual", "clever"}

func newDesk(configure ...func(*server.Server)) *desk {
	GinkgoHelper()
	db, err := ownerdb.Open(pgtest.Database(GinkgoTB()).Chatcore, ownerdb.Options{})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	path := filepath.Join(GinkgoT().TempDir(), "keys.json")
	Expect(tokens.WriteNewKeys(path)).To(Succeed())
	keys, err := tokens.LoadKeys(path)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.Remove(path)).To(Succeed())

	d := &desk{keys: keys, clock: &clock{}, model: &model{hold: make(chan struct{})}, db: db}
	log := slog.New(slog.NewJSONHandler(GinkgoWriter, nil))
	conversations := store.New(db, ids.New(d.clock.Now), d.clock.Now)
	d.manager = runs.NewManager(conversations, agent.New(d.model, tools{}, agent.Config{PageTools: []agent.PageTool{pagetools.Questions()}}, log), runs.Config{Models: models, Lease: time.Hour, MaxHistory: 10}, log)
	d.front = &server.Server{
		Turns: d.manager, Conversations: conversations, Tools: tools{}, Config: server.Config{Models: models}, Keys: keys, Log: log, SessionID: func() string { return "cks_" + rand.Text() },
		Callers: tokens.NewVerifier(tokens.Options{}, tokens.LocalSource("issuer", audience, keys)),
		Ready:   func(context.Context) error { return nil },
	}
	bucket, err := attachments.OpenBucket(context.Background(), "file://"+GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(bucket.Close)
	d.front.Attachments = attachments.New(conversations, bucket, attachments.Config{MaxBytes: maxFile, MaxUnsent: 5}, log)
	for _, do := range configure {
		do(d.front)
	}
	listening := httptest.NewServer(d.front.Handler())
	DeferCleanup(func(ctx SpecContext) {
		listening.CloseClientConnections()
		listening.Close()
		over, cancel := context.WithCancel(ctx)
		cancel()
		d.manager.Close(over)
	})
	d.url = listening.URL
	return d
}

// user is somebody who calls.
type user struct {
	*desk
	name    string
	session string
	scope   string
}

func (d *desk) user() *user             { return d.named("user|" + rand.Text()) }
func (d *desk) named(name string) *user { return &user{desk: d, name: name} }
func (u *user) in(session string) *user { return &user{desk: u.desk, name: u.name, session: session} }
func (u *user) path(rest string) string { return "/api/" + url.PathEscape(u.name) + rest }
func conversation(id int64) string      { return fmt.Sprintf("/conversations/%d", id) }
func (u *user) token() string           { return u.signed(audience) }
func (u *user) signed(for_ string) string {
	GinkgoHelper()
	token, err := u.keys.Sign(time.Now(), tokens.Claims{Issuer: "issuer", Audience: for_, Subject: u.name, SessionID: u.session, Scope: u.scope})
	Expect(err).NotTo(HaveOccurred())
	return token
}

// answer is what came back, read whole.
type answer struct {
	*http.Response
	body []byte
}

// call sends a request as the user, and holds the exchange to the OpenAPI document; headers are name, value, and so on, and a value of "" takes a header away.
func (u *user) call(ctx context.Context, method, path, body string, headers ...string) answer {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, method, u.url+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Authorization", "Bearer "+u.token())
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if request.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			request.Header.Del(headers[i])
		}
	}
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	contract, err := theContract()
	Expect(err).NotTo(HaveOccurred())
	Expect(contract.hold(ctx, exchange{request: request, sent: body, response: response, body: text})).To(Succeed())
	return answer{Response: response, body: text}
}

func (u *user) get(ctx context.Context, rest string) answer {
	GinkgoHelper()
	return u.call(ctx, http.MethodGet, u.path(rest), "")
}

// object is a JSON object.
type object map[string]any

// into reads an answer that must have this status.
func (a answer) into(status int, value any) {
	GinkgoHelper()
	Expect(a.StatusCode).To(Equal(status), string(a.body))
	Expect(json.Unmarshal(a.body, value)).To(Succeed(), string(a.body))
}

func (a answer) object(status int) (o object) {
	GinkgoHelper()
	a.into(status, &o)
	return o
}

// problem holds an answer to be a problem with this status and code, and gives it.
func (a answer) problem(status int, code string) object {
	GinkgoHelper()
	Expect(a.Header.Get("Content-Type")).To(Equal("application/problem+json"), string(a.body))
	problem := a.object(status)
	Expect(problem).To(HaveKeyWithValue("code", code))
	Expect(problem).To(HaveKeyWithValue("request_id", a.Header.Get("X-Request-Id")))
	Expect(problem["request_id"]).NotTo(BeEmpty())
	return problem
}

// say takes a turn and gives its answer as the first of the three lines has it.
func (u *user) say(ctx context.Context, content string, conversationID ...int64) object {
	GinkgoHelper()
	request := object{"content": content}
	for _, id := range conversationID {
		request["conversation_id"] = id
	}
	body, err := json.Marshal(request)
	Expect(err).NotTo(HaveOccurred())
	return u.call(ctx, http.MethodPost, u.path("/chat"), string(body)).object(http.StatusOK)
}

// began gives the id of a conversation in which something was said.
func (u *user) began(ctx context.Context, content string) int64 {
	GinkgoHelper()
	return int64(u.say(ctx, content)["conversation_id"].(float64))
}
