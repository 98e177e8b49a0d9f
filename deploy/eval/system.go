package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/deploy/eval/grade"
	"taskpilot/deploy/local/stack"
)

// system is the whole stack, started for this run with a database of its own.
type system struct {
	stack.State
	model string
	note  string // to be said of every figure
	stop  func()
}

// start starts the stack in a new directory, which is removed at the end.
func start(ctx context.Context, environ []string, stderr io.Writer) (*system, error) {
	dir, err := os.MkdirTemp("", "taskpilot-eval-")
	if err != nil {
		return nil, fmt.Errorf("making a data directory: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // Postgres runs as somebody else where we are root
		return nil, fmt.Errorf("opening the data directory: %w", err)
	}
	self, err := stack.Self()
	if err != nil {
		return nil, err
	}
	const free = "127.0.0.1:0"
	ready := make(chan struct{})
	options := stack.Options{
		Data: dir + "/data", Adapter: free, Chatcore: free, Toolserver: free, Issuer: free, Model: free, Self: self,
		Environ: append(environ, "RATE_USER=0", "RATE_TURNS=0"), Stdout: &until{text: "ready: ", seen: ready, to: stderr}, Stderr: io.Discard,
	}
	ctx, cancel := context.WithCancel(ctx)
	var failed error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		failed = stack.Run(ctx, options)
	}()
	stop := func() {
		cancel()
		<-ended
		_ = os.RemoveAll(dir)
	}
	select {
	case <-ended:
		stop()
		return nil, cmp.Or(failed, errors.New("the stack ended before it was ready"))
	case <-ready:
	}
	state, err := stack.Read(options.Data)
	if err != nil {
		stop()
		return nil, err
	}
	model, note := modelOf(environ)
	return &system{State: state, model: model, note: note, stop: stop}, nil
}

// modelOf names the model that answers, and what has to be said of its figures.
func modelOf(environ []string) (model, note string) {
	set := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		set[name] = value
	}
	if set["OPENAI_API_KEY"] == "" && set["OPENAI_API_KEY_FILE"] == "" && set["OPENAI_BASE_URL"] == "" {
		return "offline model", grade.HarnessOnly
	}
	return cmp.Or(set["AGENT_MODEL"], "gpt-4-turbo"), ""
}

// person signs somebody in.
func (s *system) person(ctx context.Context, user string) (*person, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Issuer.URL+"/token", strings.NewReader(url.Values{"user": {user}}.Encode()))
	if err != nil {
		return nil, fmt.Errorf("making a request: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking for a token: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&token); err != nil {
		return nil, fmt.Errorf("reading a token: %w", err)
	}
	client, err := api.NewClient(s.Chatcore.URL, api.ClientOptions{})
	if err != nil {
		return nil, err
	}
	p := &person{client: client, who: api.Caller{UserID: user, Bearer: token.AccessToken}, clock: time.Now}
	beside, err := client.CreateConversation(ctx, p.who)
	if err != nil {
		return nil, fmt.Errorf("making a conversation: %w", err)
	}
	p.beside = beside.ID
	return p, nil
}

// until passes on what is written, and says when a text was in it.
type until struct {
	text string
	seen chan struct{}
	to   io.Writer
	told bool
}

func (u *until) Write(p []byte) (int, error) {
	if !u.told && strings.Contains(string(p), u.text) {
		u.told = true
		close(u.seen)
		return len(p), nil // the launcher's welcome invites to a page that nobody needs here
	}
	return u.to.Write(p)
}
