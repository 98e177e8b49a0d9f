// Package stack starts the whole system for black-box specs, with the launcher that people use too.
package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"taskpilot/deploy/leash"
)

// Process is one process of the stack, as stack.json has it.
type Process struct {
	URL      string `json:"url"`
	PID      int    `json:"pid"`
	DSN      string `json:"dsn"`      // of Postgres
	Issuer   string `json:"issuer"`   // of the token issuer
	Audience string `json:"audience"` // of the token issuer
}

// Layout is stack.json.
type Layout struct {
	Adapter    Process `json:"adapter"`
	Chatcore   Process `json:"chatcore"`
	Toolserver Process `json:"toolserver"`
	Issuer     Process `json:"issuer"`
	Model      Process `json:"model"`
	Postgres   Process `json:"postgres"`
}

// Stack is a running system.
type Stack struct {
	Layout
	Data string // its data directory

	launcher *leash.Child
	log      *log
}

// Launcher is the launcher's binary, built once a test process.
type Launcher struct{ Path, Root string }

// BuildLauncher builds it into dir.
func BuildLauncher(ctx context.Context, dir string) (Launcher, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return Launcher{}, err
	}
	path := filepath.Join(dir, "launcher")
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "./deploy/local")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return Launcher{}, fmt.Errorf("building the launcher: %w\n%s", err, out)
	}
	return Launcher{Path: path, Root: root}, nil
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("looking for the module: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// Start starts the stack on free ports and waits until it is ready. environ is added to the environment. Requests are not
// limited unless environ says so: specs look often, and all from one address.
func (l Launcher) Start(ctx context.Context, data string, environ ...string) (*Stack, error) {
	args := []string{"--data", data, "--log-level", "debug"}
	for _, process := range []string{"adapter", "chatcore", "toolserver", "issuer", "model"} {
		args = append(args, "--"+process, "127.0.0.1:0")
	}
	// Not CommandContext: the stack outlives the spec that started it, and is stopped in order.
	command := exec.Command(l.Path, args...) //nolint:noctx // see above
	command.Dir, command.Env = l.Root, append(append(cleanEnviron(), "RATE_USER=0", "RATE_ADDRESS=0"), environ...)
	s := &Stack{Data: data, log: &log{ready: make(chan struct{})}}
	command.Stdout, command.Stderr = s.log, s.log
	launcher, err := leash.Start(command, syscall.SIGINT) // it ends also when the specs are killed
	if err != nil {
		return nil, fmt.Errorf("starting the launcher: %w", err)
	}
	s.launcher = launcher
	select {
	case <-s.log.ready:
		return s, s.Read()
	case <-launcher.Done():
		return nil, fmt.Errorf("the launcher ended before the stack was ready:\n%s", s.Log())
	case <-ctx.Done():
		_ = s.Stop()
		return nil, fmt.Errorf("the stack was not ready in time: %w\n%s", ctx.Err(), s.Log())
	}
}

// cleanEnviron is the environment without the settings that a developer may have set for a stack of their own.
func cleanEnviron() []string {
	var kept []string
	for _, pair := range os.Environ() {
		switch name, _, _ := strings.Cut(pair, "="); {
		case strings.HasPrefix(name, "OPENAI_"), strings.HasPrefix(name, "AUTH_"), strings.HasPrefix(name, "CHATKIT_"), strings.HasPrefix(name, "ATTACHMENT"), name == "AGENT_MODEL", name == "TITLE_MODEL", name == "MCP_URL":
		default:
			kept = append(kept, pair)
		}
	}
	return kept
}

// Read reads stack.json again: a process that died has a new pid.
func (s *Stack) Read() error {
	text, err := os.ReadFile(filepath.Join(s.Data, "stack.json"))
	if err != nil {
		return fmt.Errorf("reading stack.json: %w", err)
	}
	if err := json.Unmarshal(text, &s.Layout); err != nil {
		return fmt.Errorf("reading stack.json: %w", err)
	}
	return nil
}

// Stop ends the stack as Ctrl-C does, and waits for its end.
func (s *Stack) Stop() error {
	if err := s.launcher.Signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("asking the launcher to end: %w", err)
	}
	select {
	case <-s.launcher.Done():
		return nil
	case <-time.After(time.Minute):
		s.launcher.Stop(syscall.SIGKILL, 0)
		return errors.New("the launcher did not end when it was asked to")
	}
}

// Log is what the processes have said.
func (s *Stack) Log() string { return s.log.String() }

// Token gets a token for a user from the development issuer; audience may be empty.
func (s *Stack) Token(ctx context.Context, user, audience string) (string, error) {
	form := url.Values{"user": {user}}
	if audience != "" {
		form.Set("audience", audience)
	}
	return s.TokenFor(ctx, form)
}

// TokenFor gets the token that a form asks the development issuer for: user, audience, scope.
func (s *Stack) TokenFor(ctx context.Context, form url.Values) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Issuer.URL+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("asking for a token: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	err = json.NewDecoder(response.Body).Decode(&token)
	if err == nil && token.AccessToken == "" {
		err = errors.New("access_token is empty")
	}
	if err != nil {
		return "", fmt.Errorf("the issuer answered %s without a token: %w", response.Status, err)
	}
	return token.AccessToken, nil
}

// log collects what the processes say, and sees when they are ready.
type log struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	ready chan struct{}
	told  bool
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.buf.Write(p)
	if !l.told && bytes.Contains(l.buf.Bytes(), []byte("\nready: ")) {
		l.told = true
		close(l.ready)
	}
	return n, err
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
