package faults

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"taskpilot/internal/tokens"
)

// Options of Start. All but Race and Chatcore are required.
type Options struct {
	Dir          string       // for binaries, keys and logs; it must be there
	ChatcoreDSN  string       // of the database, as chatcore's role
	ToolsDSN     string       // and as toolserver's
	Model        http.Handler // POST /v1/chat/completions
	Race         bool         // build with the race detector
	Chatcore     map[string]string
	Breath       time.Duration // between the words of silent streams
	ShutdownTime time.Duration // for turns at work when a chatcore is told to end
}

// System is two of each.
type System struct {
	Adapters, Chatcores, Toolservers []*Replica

	// The hops, each through a proxy: pages to the adapters, adapters to the chatcores, chatcores to the toolservers, both
	// to Postgres, chatcores to the model.
	Pages, Chat, Tools, ChatcoreDB, ToolsDB, Model *Hop

	keys    *tokens.Keys
	issuer  *httptest.Server
	closers []func()
}

// audience is whom users' tokens are for.
const audience = "taskpilot"

// jwksPath is where each process has its public keys.
const jwksPath = "/.well-known/jwks.json"

// Start builds the processes, starts two of each, and returns when all are ready.
func Start(ctx context.Context, options Options) (*System, error) {
	s := &System{}
	err := s.start(ctx, options)
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *System) start(ctx context.Context, options Options) error {
	if err := build(ctx, options.Dir, options.Race); err != nil {
		return err
	}
	if err := s.openIssuer(options.Dir); err != nil {
		return err
	}
	if err := s.place(options.Dir); err != nil {
		return err
	}
	w := wiring{System: s, options: options}
	if err := w.wire(); err != nil {
		return err
	}
	for _, replica := range s.Replicas() {
		if err := replica.Start(); err != nil {
			return err
		}
	}
	return s.Ready(ctx)
}

func build(ctx context.Context, dir string, race bool) error {
	args := []string{"build", "-buildvcs=false", "-o", dir + string(filepath.Separator)}
	if race {
		args = append(args, "-race")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "taskpilot/adapter", "taskpilot/chatcore", "taskpilot/toolserver")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the processes: %w\n%s", err, out)
	}
	return nil
}

// openIssuer is the users' issuer: tokens are made by Token, so only its public keys are served.
func (s *System) openIssuer(dir string) error {
	for _, name := range []string{"issuer", "adapter", "chatcore"} {
		if err := tokens.WriteNewKeys(keyFile(dir, name)); err != nil {
			return err
		}
	}
	keys, err := tokens.LoadKeys(keyFile(dir, "issuer"))
	if err != nil {
		return err
	}
	s.keys, s.issuer = keys, httptest.NewServer(keys)
	s.closers = append(s.closers, s.issuer.Close)
	return nil
}

func keyFile(dir, name string) string { return filepath.Join(dir, "keys", name+".json") }

// place gives each replica its addresses.
func (s *System) place(dir string) error {
	for kind, into := range map[string]*[]*Replica{
		"adapter": &s.Adapters, "chatcore": &s.Chatcores, "toolserver": &s.Toolservers,
	} {
		for i := range 2 {
			name := fmt.Sprintf("%s-%d", kind, i+1)
			log, err := os.Create(filepath.Join(dir, name+".log"))
			if err != nil {
				return fmt.Errorf("making a log: %w", err)
			}
			replica, err := newReplica(name, filepath.Join(dir, kind), log)
			if err != nil {
				return err
			}
			*into = append(*into, replica)
		}
	}
	return nil
}

// Replicas are all six.
func (s *System) Replicas() []*Replica {
	return slices.Concat(s.Toolservers, s.Chatcores, s.Adapters)
}

// Hops are all six.
func (s *System) Hops() []*Hop {
	return []*Hop{s.Pages, s.Chat, s.Tools, s.ChatcoreDB, s.ToolsDB, s.Model}
}

// Ready returns when every replica is ready.
func (s *System) Ready(ctx context.Context) error {
	failed := make([]error, len(s.Replicas()))
	var all sync.WaitGroup
	for i, replica := range s.Replicas() {
		all.Go(func() { failed[i] = replica.Ready(ctx) })
	}
	all.Wait()
	return errors.Join(failed...)
}

// Calm ends every harm, starts what does not run, and returns when all is ready.
func (s *System) Calm(ctx context.Context) error {
	for _, hop := range s.Hops() {
		hop.Heal(ctx)
	}
	for _, replica := range s.Replicas() {
		if err := replica.Start(); err != nil {
			return err
		}
	}
	return s.Ready(ctx)
}

// Token is a user's token, as their issuer makes it.
func (s *System) Token(user string) (string, error) {
	return s.keys.Sign(time.Now(), tokens.Claims{Issuer: s.issuer.URL, Audience: audience, Subject: user, Lifetime: time.Hour})
}

// PageURL is the protocol's address for pages.
func (s *System) PageURL() string { return "http://" + s.Pages.Addr() + protocol }

// PageURLAt is the protocol's address at one adapter, with nothing in between.
func (s *System) PageURLAt(adapter *Replica) string { return "http://" + adapter.Addr + protocol }

const protocol = "/api/v1/chatkit"

// ChatURL is the chat API's address for services.
func (s *System) ChatURL() string { return "http://" + s.Chat.Addr() }

// Close ends everything.
func (s *System) Close() {
	var all sync.WaitGroup
	for _, replica := range s.Replicas() {
		all.Go(replica.close)
	}
	all.Wait()
	for _, closer := range slices.Backward(s.closers) {
		closer()
	}
}

// environment is what a process gets: nothing of a developer's settings.
func environment(own map[string]string) []string {
	pairs := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GORACE=halt_on_error=0"}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		pairs = append(pairs, name+"="+own[name])
	}
	return pairs
}
