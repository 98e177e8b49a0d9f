package tools

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"taskpilot/chatcore/agent"
)

// fault is an HTTP exchange that gave no answer.
type fault struct {
	status   int           // 0 when there was none
	retry    bool          // the same request may well be answered later
	after    time.Duration // when the server wants to be asked again
	tooLarge bool          // the request or the response
	lost     bool          // the session is not known any more
	err      error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// final says that another way of shaking hands would meet the same fault. Any other may be an older server that does not
// know the newer way.
func (f *fault) final() bool {
	return f.retry || f.status == 0 || f.status == http.StatusForbidden
}

// maxRetryAfter keeps a server's wish from overflowing; it is beyond any RetryFor.
const maxRetryAfter = time.Hour

func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, int(maxRetryAfter.Seconds()))) * time.Second
}

type (
	callerKey    struct{}
	handshakeKey struct{}
)

// as says in a context for whom its requests are made.
func as(ctx context.Context, caller agent.Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

func callerOf(ctx context.Context) (agent.Caller, bool) {
	caller, ok := ctx.Value(callerKey{}).(agent.Caller)
	return caller, ok
}

// handshake is one attempt to connect. The MCP client takes any failure of the newer way to shake hands for an older
// server, and would settle for an older protocol because of one lost packet.
type handshake struct{ failed atomic.Pointer[fault] }

func (h *handshake) failure() *fault {
	if h == nil {
		return nil
	}
	return h.failed.Load()
}

func handshaking(ctx context.Context) context.Context {
	return context.WithValue(ctx, handshakeKey{}, &handshake{})
}

func handshakeOf(ctx context.Context) *handshake {
	shake, _ := ctx.Value(handshakeKey{}).(*handshake)
	return shake
}
