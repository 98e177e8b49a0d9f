package openai

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// Options of Handler. Respond, Clock and NewID are required.
type Options struct {
	Respond Responder
	Models  []string // what GET /v1/models lists; any model's name is accepted all the same
	Clock   func() time.Time
	NewID   func() string // makes the unique end of each reply's id
	Pace    time.Duration // between the chunks of a stream
}

// argumentPiece is how many characters of a call's arguments go into one chunk.
const argumentPiece = 12

// Handler serves the API under /v1. It answers 404 for anything else, in the API's own form.
func Handler(options Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", options.complete)
	mux.HandleFunc("GET /v1/models", options.listModels)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		NewFault(http.StatusNotFound, "Unknown request URL: "+r.Method+" "+r.URL.Path+".").write(w)
	})
	return mux
}

func (o Options) complete(w http.ResponseWriter, r *http.Request) {
	request, _, err := Read(r)
	if err != nil {
		WriteError(w, err)
		return
	}
	reply := o.Respond(request)
	reply.Calls = NameCalls(reply.Calls, o.NewID)
	head := Head{ID: "chatcmpl-" + o.NewID(), Created: o.Clock().Unix(), Model: request.Model}
	usage := Estimate(request, reply)
	if !request.Stream {
		WriteCompletion(w, head, reply, "", usage)
		return
	}
	_ = stream(r.Context(), NewStream(w, request, head), reply, usage, o.Pace) // an error means that the reader has gone
}

// NameCalls gives the same calls, each with an id.
func NameCalls(calls []Call, newID func() string) []Call {
	named := slices.Clone(calls)
	for i := range named {
		if named[i].ID == "" {
			named[i].ID = "call_" + newID()
		}
	}
	return named
}

// stream sends the reply in pieces, one pace apart.
func stream(ctx context.Context, s *Stream, reply Reply, usage Usage, pace time.Duration) error {
	if err := s.Begin(reply); err != nil {
		return err
	}
	for _, piece := range Words(reply.Text) {
		if err := Pause(ctx, pace); err != nil {
			return err
		}
		if err := s.Text(piece); err != nil {
			return err
		}
	}
	for index, call := range reply.Calls {
		if err := s.Call(index, call); err != nil {
			return err
		}
		for _, piece := range Split(call.Function.Arguments, argumentPiece) {
			if err := Pause(ctx, pace); err != nil {
				return err
			}
			if err := s.Arguments(index, piece); err != nil {
				return err
			}
		}
	}
	if err := s.Finish(reply.FinishReason()); err != nil {
		return err
	}
	return s.Done(usage)
}

// Pause waits, or returns the context's error as soon as the reader has gone.
func Pause(ctx context.Context, pace time.Duration) error {
	if pace <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(pace)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// WriteError answers with a *Fault as it is, and with a 500 for any other error.
func WriteError(w http.ResponseWriter, err error) {
	if fault, ok := err.(*Fault); ok { //nolint:errorlint // Read gives it unwrapped
		fault.write(w)
		return
	}
	NewFault(http.StatusInternalServerError, "The server had an error while processing your request.").write(w)
}

func (o Options) listModels(w http.ResponseWriter, _ *http.Request) {
	type model struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Created int64  `json:"created"`
		OwnedBy string `json:"owned_by"`
	}
	list := []model{}
	for _, id := range o.Models {
		list = append(list, model{ID: id, Object: "model", OwnedBy: "taskpilot"})
	}
	writeJSON(w, map[string]any{"object": "list", "data": list})
}
