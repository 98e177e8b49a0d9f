package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// reply is one reply of the model, stored.
type reply struct {
	text    string
	calls   []Call
	asked   []Asked
	faults  []*Outcome // by index: why a call may not leave, or nil
	pending []Pending
	ended   []*Outcome // by index: how a call ended before this process had the turn, or nil
	taken   bool       // another process had it: a call without an end may have begun, and is never skipped
}

// reply asks the model for the next step, shows its text as it comes, and stores it whole. It asks again after a
// failure that may pass, but only while nothing of the step was shown.
func (w *turnAtWork) reply(ctx context.Context) (reply, error) {
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval = w.config.RetryDelay
	for try := 1; ; try++ {
		text, finished, err := w.listen(ctx)
		if err == nil {
			return w.commit(ctx, text, finished)
		}
		ending := endingOf(ctx, err)
		if ending.Code == CodeInterrupted {
			return reply{}, err // whoever goes on begins the step anew
		}
		if text != "" {
			// What the person has seen stays: the step is stored as far as it came.
			if storeErr := w.journal.Keep(ctx, ending.Code); storeErr != nil {
				return reply{}, storeErr
			}
			return reply{}, err
		}
		var fault *ModelError
		if !errors.As(err, &fault) || !fault.Temporary() || try == w.config.MaxTries || ctx.Err() != nil {
			return reply{}, err
		}
		delay := max(delays.NextBackOff(), fault.RetryAfter)
		w.log.WarnContext(ctx, "asking the model again", "code", fault.Code, "try", try, "delay", delay, "error", fault.Err)
		if err := pause(ctx, delay, err); err != nil {
			return reply{}, err
		}
	}
}

// pause waits, unless the turn would be over before: then it returns why at once.
func pause(ctx context.Context, delay time.Duration, why error) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < delay {
		return why
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// listen asks the model once. text is what was shown, also when the reply failed.
func (w *turnAtWork) listen(ctx context.Context) (text string, finished Finished, err error) {
	prompt := Prompt{Model: w.asked, System: w.config.System, Messages: w.messages, Tools: w.offered, ToolChoice: w.choice}
	var said strings.Builder
	for piece, err := range w.model.Reply(ctx, prompt) {
		if err != nil {
			return said.String(), Finished{}, err
		}
		switch piece := piece.(type) {
		case Text:
			if piece == "" {
				continue
			}
			if said.Len() == 0 {
				if err := w.journal.Open(ctx); err != nil {
					return "", Finished{}, err
				}
			}
			said.WriteString(string(piece))
			w.said = w.said || strings.TrimSpace(string(piece)) != ""
			w.journal.Say(string(piece))
		case Finished:
			return said.String(), piece, nil
		}
	}
	return said.String(), Finished{}, &ModelError{Code: ModelCut, Err: errors.New("the reply had no end")}
}

// commit looks at the calls of a whole reply and stores it, its calls pending.
func (w *turnAtWork) commit(ctx context.Context, text string, finished Finished) (reply, error) {
	r := reply{text: text, calls: finished.Calls}
	w.choice = "" // it was for the first reply: made again and again, it would never let the turn end
	if text == "" && len(r.calls) == 0 {
		return r, nil // nothing was said: no step
	}
	for _, call := range r.calls {
		asked, fault := w.examine(call)
		r.asked, r.faults = append(r.asked, asked), append(r.faults, fault)
	}
	w.putQuestion(ctx, &r)
	r.waitForOne()
	return w.store(ctx, r)
}

// store stores a reply whose calls were looked at, and adds it to what the model is sent next.
func (w *turnAtWork) store(ctx context.Context, r reply) (reply, error) {
	pending, err := w.journal.Commit(ctx, r.text, r.asked)
	if err != nil {
		return reply{}, fmt.Errorf("storing a reply: %w", err)
	}
	r.pending, r.ended = pending, make([]*Outcome, len(pending))
	message := PromptMessage{Role: RoleAssistant, Text: r.text}
	for i, asked := range r.asked {
		message.Calls = append(message.Calls, Call{ID: pending[i].ID, Tool: asked.Tool, Arguments: string(asked.Parameters)})
	}
	w.messages = append(w.messages, message)
	return r, nil
}
