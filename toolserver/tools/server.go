package tools

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/internal/ownerdb"
	"taskpilot/toolserver/tasks"
)

// KeyName is where a call's key stands in the call's _meta: a call with a key acts once.
const KeyName = "taskpilot/call_key"

// PreviewName stands in a tool's _meta when the tool can say what a call would do, and in a call's _meta when the call asks just
// that (true): then nothing is done. QuestionName is in the _meta of what comes back: whether it may be done.
const (
	PreviewName  = "taskpilot/preview"
	QuestionName = "taskpilot/question"
)

// callTime is how long one call may take. Its statements touch a few rows of one user.
const callTime = 10 * time.Second

// instructions are what a client tells its model about the server.
const instructions = "Tools for the tasks of one person. Before you change a task, find it by its name to learn its task_id. " +
	"When several tasks match, ask which one is meant."

// Store does what calls ask for. tasks.Store is one.
type Store interface {
	Do(ctx context.Context, userID string, act tasks.Act) (json.RawMessage, error)
	Look(ctx context.Context, userID string, act tasks.Act) (json.RawMessage, error)
	Once(ctx context.Context, userID string, call tasks.Call, act tasks.Act) (json.RawMessage, error)
}

// Options of NewServer.
type Options struct {
	Store   Store
	Caller  func(*mcp.CallToolRequest) (userID string, ok bool) // whose tasks a call is about
	Log     *slog.Logger
	Version string
}

type server struct {
	Options
}

// NewServer makes the MCP server with all tools. It keeps nothing between calls, so it may serve any number of sessions.
func NewServer(options Options) *mcp.Server {
	s := &server{options}
	made := mcp.NewServer(
		&mcp.Implementation{Name: "taskpilot-toolserver", Title: "Tasks", Version: options.Version},
		&mcp.ServerOptions{
			Instructions: instructions,
			Capabilities: &mcp.ServerCapabilities{Tools: &mcp.ToolCapabilities{}}, // the list never changes
		})
	for _, t := range all() {
		made.AddTool(t.listing(), s.handler(t))
	}
	made.AddReceivingMiddleware(s.recoverPanics)
	return made
}

// handler does a call and tells its outcome. Its error is the protocol's: only a caller who is nobody gets one.
func (s *server) handler(t tool) mcp.ToolHandler {
	return func(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		userID, ok := s.Caller(request)
		if !ok {
			return nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidRequest, Message: "the call does not say whose it is"}
		}
		began := time.Now()
		answer, err := s.call(ctx, t, userID, request.Params)
		var failure *tasks.Failure
		switch {
		case err == nil:
			s.Log.InfoContext(ctx, "tool call", "tool", t.name, "took", time.Since(began))
			return t.answered(request.Params, answer), nil
		case errors.As(err, &failure):
			s.Log.InfoContext(ctx, "tool call failed", "tool", t.name, "code", failure.Code, "took", time.Since(began))
		case inDoubt(t, request.Params, err):
			s.Log.WarnContext(ctx, "tool call is in doubt", "tool", t.name, "error", err.Error(), "took", time.Since(began))
			return nil, &jsonrpc.Error{Code: codeInDoubt, Message: "It is not known whether the call acted. Send it again with its key."}
		case ctx.Err() != nil:
			s.Log.InfoContext(ctx, "tool call ended early: the caller left", "tool", t.name, "error", err.Error(), "took", time.Since(began))
			failure = internal() // nobody reads it
		default:
			s.Log.ErrorContext(ctx, "tool call broke", "tool", t.name, "error", err.Error(), "took", time.Since(began))
			failure = internal()
		}
		return failed(failure), nil
	}
}

// answered is the result of a call, or of a preview.
func (t tool) answered(params *mcp.CallToolParamsRaw, answer json.RawMessage) *mcp.CallToolResult {
	result := told(answer, string(answer))
	if params.Meta[PreviewName] != nil && t.preview != nil {
		result.Meta = mcp.Meta{QuestionName: t.preview.question(answer)}
	}
	return result
}

// codeInDoubt is one of those that JSON-RPC leaves to servers: the request got no answer.
const codeInDoubt = -32050

// inDoubt says that a call with a key may have acted: the database went away, perhaps between the commit and the word of
// it. A result would be taken for the last word, and a call that is sent again finds out.
func inDoubt(t tool, params *mcp.CallToolParamsRaw, err error) bool {
	return params.Meta[KeyName] != nil && !t.effect.reads && ownerdb.IsAway(err)
}

func (s *server) call(ctx context.Context, t tool, userID string, params *mcp.CallToolParamsRaw) (json.RawMessage, error) {
	args, err := readArguments(params.Arguments, t.input.PropertyOrder)
	if err != nil {
		return nil, err
	}
	read, asked := t.read, params.Meta[PreviewName]
	if asked != nil {
		if asked != true || t.preview == nil {
			return nil, tasks.Invalid(PreviewName, "This tool can't say what a call would do. Nothing was done.")
		}
		read = t.preview.read
	}
	act := read(args)
	if err := args.err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if t.effect.reads || asked != nil {
		return s.Store.Look(ctx, userID, act)
	}
	key, given := params.Meta[KeyName]
	if !given {
		return s.Store.Do(ctx, userID, act)
	}
	word, ok := key.(string)
	if !ok {
		return nil, tasks.Invalid(KeyName, "The "+KeyName+" must be a text.")
	}
	call, err := tasks.NewCall(KeyName, word, t.name, args.canonical)
	if err != nil {
		return nil, err
	}
	return s.Store.Once(ctx, userID, call, act)
}

// recoverPanics keeps a fault in one call from ending the process, and everybody else's calls with it.
func (s *server) recoverPanics(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, request mcp.Request) (result mcp.Result, err error) {
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			s.Log.ErrorContext(ctx, "panic", "method", method, "fault", fault, "stack", string(debug.Stack()))
			if method == "tools/call" {
				result, err = failed(internal()), nil
				return
			}
			result, err = nil, &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: internal().Message}
		}()
		return next(ctx, method, request)
	}
}

// internal is what a caller hears of a fault that is ours. The cause is in the log.
func internal() *tasks.Failure {
	return &tasks.Failure{Code: tasks.CodeInternal,
		Message: "The tasks cannot be reached right now. Try again in a moment."}
}

func failed(failure *tasks.Failure) *mcp.CallToolResult {
	structured, err := json.Marshal(failure)
	if err != nil { // a Failure is texts and numbers
		structured = json.RawMessage(`{"code":"internal","message":"The failure could not be told."}`)
	}
	result := told(structured, failure.Message)
	result.IsError = true
	return result
}

func told(structured json.RawMessage, words string) *mcp.CallToolResult {
	return &mcp.CallToolResult{
		Content:           []mcp.Content{&mcp.TextContent{Text: words}},
		StructuredContent: structured,
	}
}
