package scripted

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"taskpilot/deploy/offlinemodel/openai"
)

// defaultPiece is how many characters of a call's arguments go into one chunk.
const defaultPiece = 12

// play does what the reply says.
func (e *Endpoint) play(w http.ResponseWriter, r *http.Request, request openai.Request, reply Reply) Ended {
	ctx := r.Context()
	err := e.wait(ctx, reply.Gate, reply.Until, reply.DelayMS)
	switch {
	case err != nil:
	case reply.End == Dropped:
		return Closed
	case reply.Status != 0 || reply.Body != "":
		writeStatus(w, reply)
	case request.Stream:
		err = e.stream(ctx, w, request, reply)
	default:
		err = e.complete(ctx, w, request, reply)
	}
	switch {
	case errors.Is(err, errClosed):
		return Closed
	case err != nil:
		return Left
	}
	return Answered
}

func writeStatus(w http.ResponseWriter, reply Reply) {
	status, body, kind := reply.Status, reply.Body, reply.ContentType
	if status == 0 {
		status = http.StatusOK
	}
	if kind == "" {
		kind = "application/json"
	}
	if body == "" {
		body = string(openai.NewFault(status, "The script says so.").Body())
	}
	w.Header().Set("Content-Type", kind)
	if reply.RetryAfter != "" {
		w.Header().Set("Retry-After", reply.RetryAfter)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// wait waits for a gate, a channel and a time. An error means that the caller has gone.
func (e *Endpoint) wait(ctx context.Context, gate string, until <-chan struct{}, ms int) error {
	if gate != "" {
		if err := e.gates.pass(ctx, gate); err != nil {
			return err
		}
	}
	if until != nil {
		select {
		case <-until:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return openai.Pause(ctx, time.Duration(ms)*time.Millisecond)
}

// piece is one thing that goes out on a stream, and what it waits for.
type piece struct {
	gate  string
	until <-chan struct{}
	ms    int
	send  func(*openai.Stream) error
}

// stream sends the reply chunk by chunk.
func (e *Endpoint) stream(ctx context.Context, w http.ResponseWriter, request openai.Request, reply Reply) error {
	plain := e.plain(reply)
	s := openai.NewStream(w, request, e.head(request))
	if err := s.Begin(plain); err != nil {
		return err
	}
	pieces, end := reply.pieces(plain.Calls), reply.End
	if reply.CutAfter > 0 && reply.CutAfter <= len(pieces) {
		pieces = pieces[:reply.CutAfter]
		if end == Whole {
			end = Cut
		}
	}
	for _, p := range pieces {
		if err := e.wait(ctx, p.gate, p.until, p.ms); err != nil {
			return err
		}
		if err := p.send(s); err != nil {
			return err
		}
	}
	switch end {
	case Cut:
		return errClosed
	case Unfinished:
		return nil
	}
	if err := s.Finish(reply.reason(plain)); err != nil {
		return err
	}
	return s.Done(openai.Estimate(request, plain))
}

// complete answers in one piece, after all that the reply waits for.
func (e *Endpoint) complete(ctx context.Context, w http.ResponseWriter, request openai.Request, reply Reply) error {
	plain := e.plain(reply)
	for _, p := range reply.pieces(plain.Calls) {
		if err := e.wait(ctx, p.gate, p.until, p.ms); err != nil {
			return err
		}
	}
	if reply.End != Whole || reply.CutAfter > 0 {
		return errClosed
	}
	openai.WriteCompletion(w, e.head(request), plain, reply.reason(plain), openai.Estimate(request, plain))
	return nil
}

func (e *Endpoint) head(request openai.Request) openai.Head {
	return openai.Head{ID: "chatcmpl-" + e.options.NewID(), Created: e.options.Clock().Unix(), Model: request.Model}
}

// plain is the reply without its timing.
func (e *Endpoint) plain(reply Reply) openai.Reply {
	plain := openai.Reply{Text: reply.text()}
	for _, call := range reply.Calls {
		plain.Calls = append(plain.Calls, openai.NewCall(call.ID, call.Name, call.Arguments))
	}
	plain.Calls = openai.NameCalls(plain.Calls, e.options.NewID)
	return plain
}

func (r Reply) reason(plain openai.Reply) string {
	if r.FinishReason != "" {
		return r.FinishReason
	}
	return plain.FinishReason()
}

// pieces cuts the reply into what goes out, in order.
func (r Reply) pieces(calls []openai.Call) (pieces []piece) {
	for _, chunk := range r.Chunks {
		send := func(s *openai.Stream) error { return s.Text(chunk.Text) }
		if chunk.Raw != "" {
			send = func(s *openai.Stream) error { return s.Raw(chunk.Raw) }
		}
		for range chunk.repeat() {
			pieces = append(pieces, piece{gate: chunk.Gate, until: chunk.Until, ms: r.PaceMS + chunk.PauseMS, send: send})
		}
	}
	return append(pieces, r.callPieces(calls)...)
}

// callPieces announces each call and sends its arguments: one call after the other, or by turns.
func (r Reply) callPieces(calls []openai.Call) (pieces []piece) {
	queues := make([][]piece, len(calls))
	for i, call := range calls {
		characters := r.Calls[i].Piece
		if characters == 0 {
			characters = defaultPiece
		}
		queues[i] = append(queues[i], piece{gate: r.Calls[i].Gate, ms: r.PaceMS,
			send: func(s *openai.Stream) error { return s.Call(i, call) }})
		for _, part := range openai.Split(call.Function.Arguments, characters) {
			queues[i] = append(queues[i], piece{ms: r.PaceMS,
				send: func(s *openai.Stream) error { return s.Arguments(i, part) }})
		}
	}
	for turn := 0; r.Interleave && len(pieces) < total(queues); turn++ {
		for _, queue := range queues {
			if turn < len(queue) {
				pieces = append(pieces, queue[turn])
			}
		}
	}
	for i := 0; !r.Interleave && i < len(queues); i++ {
		pieces = append(pieces, queues[i]...)
	}
	return pieces
}

func total(queues [][]piece) (n int) {
	for _, queue := range queues {
		n += len(queue)
	}
	return n
}
