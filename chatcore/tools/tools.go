package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/chatcore/agent"
)

// Config says where the tool server is and how callers are named to it. A zero value takes the default beside it.
type Config struct {
	URL    string       // with its path, as in http://127.0.0.1:8002/mcp
	Client *http.Client // of it only the Transport is used; nil: one of its own

	// Mint makes a token for one HTTP request of a caller's. nil: requests carry no token.
	Mint func(ctx context.Context, caller agent.Caller) (token string, err error)

	CallTimeout time.Duration // 10 s: how long one attempt waits for its answer
	RetryFor    time.Duration // 15 s: how long a call without an answer is sent again; below zero: never
	RetryDelay  time.Duration // 100 ms before the first time, then longer; at most 20 times as long
	ListFor     time.Duration // 60 s: how long the list of tools is kept

	Log   *slog.Logger     // none
	Clock func() time.Time // time.Now
}

// Tools is one tool server. It is safe for concurrent use. It connects when it is first used, so the server may start
// later, and again whenever its session is broken.
type Tools struct {
	config   Config
	sessions *sessions
	list     list
}

var _ agent.Tools = (*Tools)(nil)

// CallKey is where a call's key stands in the call's _meta.
const CallKey = "taskpilot/call_key"

// PreviewKey stands in the _meta of a tool that can say what a call would do (true), and of a call that asks just that.
const PreviewKey = "taskpilot/preview"

// New makes Tools. Close ends what it began.
func New(config Config) *Tools {
	config.CallTimeout = cmp.Or(config.CallTimeout, 10*time.Second)
	config.RetryFor = cmp.Or(config.RetryFor, 15*time.Second)
	config.RetryDelay = cmp.Or(config.RetryDelay, 100*time.Millisecond)
	config.ListFor = cmp.Or(config.ListFor, time.Minute)
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	return &Tools{config: config, sessions: newSessions(config)}
}

// Close ends the session, after the calls at work on it. Later calls fail.
func (t *Tools) Close() error { return t.sessions.close() }

// List implements agent.Tools. While the server can't be reached it gives the list that it gave before, if it ever did.
func (t *Tools) List(ctx context.Context, caller agent.Caller) ([]agent.Tool, error) {
	known, fresh := t.list.get(t.config.Clock(), t.config.CallTimeout)
	if fresh {
		return known, nil
	}
	retryFor := t.config.RetryFor
	if known != nil {
		retryFor = once
	}
	listed, err := send(ctx, t, caller, retryFor, t.fetch)
	switch {
	case err == nil:
		t.list.keep(listed, t.config.Clock().Add(t.config.ListFor))
		return slices.Clone(listed), nil
	case known != nil && ctx.Err() == nil:
		t.config.Log.WarnContext(ctx, "offering the tools that were listed before", "error", err)
		return known, nil
	}
	return nil, unanswered(ctx, "listing the tools", err)
}

// name is what MCP lets a tool be called. Anything else could not even be sent: the name goes into a header, too.
var name = regexp.MustCompile(`^[A-Za-z0-9_./-]{1,128}$`)

// Call implements agent.Tools.
func (t *Tools) Call(ctx context.Context, caller agent.Caller, request agent.ToolRequest) (agent.Outcome, error) {
	arguments, ok := object(request.Arguments)
	switch {
	case !name.MatchString(request.Tool):
		return failed(agent.CallUnknownTool, fmt.Sprintf("There is no tool called %q.", request.Tool)), nil
	case !ok:
		return failed(agent.CallInvalidArguments, "The arguments were not a JSON object."), nil
	}
	result, err := send(hearing(ctx, request.Key, request.Tell), t, caller, t.config.RetryFor,
		func(ctx context.Context, session *mcp.ClientSession) (*mcp.CallToolResult, error) {
			params := &mcp.CallToolParams{Meta: metaOf(request), Name: request.Tool, Arguments: arguments}
			if request.Tell != nil {
				params.SetProgressToken(request.Key)
			}
			return session.CallTool(ctx, params)
		})
	if err == nil {
		return t.said(ctx, request.Tool, result)
	}
	if refused, ok := refusal(request.Tool, err); ok {
		t.config.Log.WarnContext(ctx, "a tool call was refused", "tool", request.Tool, "error", err)
		return refused, nil
	}
	return agent.Outcome{}, unanswered(ctx, "calling "+request.Tool, err)
}

func metaOf(request agent.ToolRequest) mcp.Meta {
	if request.Preview {
		return mcp.Meta{PreviewKey: true}
	}
	return mcp.Meta{CallKey: request.Key}
}

// said translates a result, with what the tool wants to be seen beside it.
func (t *Tools) said(ctx context.Context, tool string, result *mcp.CallToolResult) (agent.Outcome, error) {
	outcome, err := said(result)
	if err != nil {
		return outcome, err
	}
	meta := reading{meta: result.Meta, refused: func(key string, err error) {
		t.config.Log.WarnContext(ctx, "something that a tool wants to show does not fit", "tool", tool, "key", key, "error", err)
	}}
	outcome.Shows, outcome.Asides = meta.shows(), meta.asides()
	outcome.Question = meta.question()
	return outcome, nil
}

func object(arguments json.RawMessage) (json.RawMessage, bool) {
	if len(arguments) == 0 {
		return json.RawMessage(`{}`), true
	}
	var fields map[string]json.RawMessage
	return arguments, json.Unmarshal(arguments, &fields) == nil && fields != nil
}

// unanswered is the error of a call that got no answer: the caller's own when the caller gave up, else ErrUnreachable. The
// cause is kept as text only, for it may be the end of one attempt's context, which is not the caller's.
func unanswered(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	}
	return fmt.Errorf("%s: %w: %v", doing, agent.ErrUnreachable, err) //nolint:errorlint // see above
}
