package tools

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

var errClosed = errors.New("the tools are closed")

// sessions keeps the one session that all callers share.
type sessions struct {
	url    string
	client *mcp.Client
	http   *http.Client
	log    *slog.Logger

	mu      sync.Mutex
	current *mcp.ClientSession
	closed  bool
	ending  sync.WaitGroup // sessions that are not ended yet
}

func newSessions(config Config) *sessions {
	return &sessions{
		url:  config.URL,
		log:  config.Log,
		http: newClient(config),
		client: mcp.NewClient(&mcp.Implementation{Name: "taskpilot-chatcore", Version: "1"},
			&mcp.ClientOptions{Capabilities: &mcp.ClientCapabilities{}}),
	}
}

// get gives the session, and makes one when there is none. Nobody waits for another's attempt, which may fail for reasons
// of that caller's alone: of those who connect at the same time the first one's session stays.
func (s *sessions) get(ctx context.Context) (*mcp.ClientSession, error) {
	if session, err := s.peek(); session != nil || err != nil {
		return session, err
	}
	made, err := s.client.Connect(handshaking(ctx), &mcp.StreamableClientTransport{
		Endpoint: s.url, HTTPClient: s.http,
		DisableStandaloneSSE: true, // nothing that the server says on its own is needed here
	}, nil)
	if err != nil {
		return nil, unconnected(err)
	}
	session, err := s.install(made)
	if err != nil {
		_ = made.Close()
	}
	return session, err
}

// unconnected keeps of an error what says whether to try again. Its JSON-RPC error is no answer to the caller's request.
func unconnected(err error) error {
	var f *fault
	if errors.As(err, &f) {
		return fmt.Errorf("connecting to the tool server: %w", f)
	}
	return fmt.Errorf("connecting to the tool server: %v", err) //nolint:errorlint // see above
}

func (s *sessions) peek() (*mcp.ClientSession, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	return s.current, nil
}

func (s *sessions) install(made *mcp.ClientSession) (*mcp.ClientSession, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, errClosed
	case s.current != nil:
		s.end(made)
		return s.current, nil
	}
	s.current = made
	s.ending.Add(1)
	go func() { // a session that breaks between calls is gone before the next one
		defer s.ending.Done()
		_ = made.Wait()
		s.drop(made)
	}()
	return made, nil
}

// drop takes a broken session away, so that the next call makes another. Calls still at work on it may finish.
func (s *sessions) drop(broken *mcp.ClientSession) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if broken == nil || s.current != broken {
		return
	}
	s.current = nil
	s.log.Info("the tool server's session is over")
	s.end(broken)
}

// end closes a session without waiting for it: closing waits for the calls at work. s.mu is held.
func (s *sessions) end(session *mcp.ClientSession) {
	s.ending.Add(1)
	go func() {
		defer s.ending.Done()
		if err := session.Close(); err != nil {
			s.log.Debug("closing a session of the tool server", "error", err)
		}
	}()
}

func (s *sessions) close() error {
	s.mu.Lock()
	s.closed = true
	if s.current != nil {
		s.end(s.current)
		s.current = nil
	}
	s.mu.Unlock()
	s.ending.Wait()
	s.http.CloseIdleConnections()
	return nil
}
