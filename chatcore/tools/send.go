package tools

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/chatcore/agent"
)

// once is a RetryFor that sends nothing again.
const once = -1

// maxGrowth is how much longer than the first the delay between attempts may become.
const maxGrowth = 20

// send does one request as a caller, on the shared session, and again while no answer came. cenkalti/backoff is enough for
// that: one loop with one policy. failsafe-go would earn its keep with a breaker, and a breaker here would refuse the calls
// of a server that is back.
func send[T any](ctx context.Context, t *Tools, caller agent.Caller, retryFor time.Duration,
	do func(context.Context, *mcp.ClientSession) (T, error)) (T, error) {
	ctx = as(ctx, caller)
	attempt := func() (result T, err error) {
		within, cancel := context.WithTimeout(ctx, t.config.CallTimeout)
		defer cancel()
		session, err := t.sessions.get(within)
		if err == nil {
			result, err = do(within, session)
		}
		if err != nil && within.Err() == nil && breaks(err) {
			t.sessions.drop(session)
		}
		return result, again(err)
	}
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval, delays.Multiplier, delays.MaxInterval = t.config.RetryDelay, 2, maxGrowth*t.config.RetryDelay
	options := []backoff.RetryOption{
		backoff.WithBackOff(delays), backoff.WithMaxElapsedTime(retryFor),
		backoff.WithNotify(func(err error, delay time.Duration) {
			t.config.Log.WarnContext(ctx, "no answer from the tool server, asking again", "delay", delay, "error", err)
		}),
	}
	if retryFor < 0 {
		options = append(options, backoff.WithMaxTries(1))
	}
	return backoff.Retry(ctx, attempt, options...)
}

// again marks an error that asking again can't help, and one that says when to ask again.
func again(err error) error {
	var f *fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f) && f.after > 0:
		return errors.Join(err, &backoff.RetryAfterError{Duration: f.after})
	case errors.As(err, &f) && f.retry:
		return err
	case f != nil, answered(err), errors.Is(err, errClosed), errors.Is(err, errTooManyTools):
		return backoff.Permanent(err)
	}
	return err
}

// breaks says that a session is of no more use after an error: anything but a failed exchange and an answer.
func breaks(err error) bool {
	var f *fault
	if errors.As(err, &f) {
		return f.lost
	}
	return !answered(err)
}

// answered says that an error is the server's word on this very request. What JSON-RPC leaves to implementations (-32099
// to -32000) is about the session or the transport.
func answered(err error) bool {
	var answer *jsonrpc.Error
	return errors.As(err, &answer) && !ofTheServer(answer.Code)
}

func ofTheServer(code int64) bool { return code >= -32099 && code <= -32000 }
