package server_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

const (
	eventsOf3 = "GET /api/alice/runs/3/events"
	leftOf3   = "POST /api/alice/runs/3/reader-left"
	cancelOf3 = "POST /api/alice/runs/3/cancel"
	retryOf2  = `{"type":"threads.retry_after_item","params":{"thread_id":"thr_7","item_id":"msg_2_1"}}`
)

// story is a turn with the ids that chatcore gives its events.
type story []api.Event

// theStory is turn, told to be followed.
func theStory() story {
	ids := []string{"0.0.0.0", "1.0.0.0", "1.3.0.0", "1.4.0.0", "1.5.0.0", "2.0.0.0", "2.1.0.8", "2.1.0.11", "2.5.0.0", "2.8.0.0"}
	told := make(story, len(ids))
	for i, body := range turn() {
		told[i] = api.Event{ID: ids[i], Body: body}
	}
	return told
}

// tell tells events in a stream.
func (s story) tell(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, event := range s {
		_ = api.Encode(w, event)
	}
	_ = http.NewResponseController(w).Flush()
}

// cut is a stream that breaks after so many events.
func (s story) cut(after int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		s[:after].tell(w)
		panic(http.ErrAbortHandler)
	}
}

// hold tells so many events and then nothing more, until its reader has gone.
func (s story) hold(after int, gone chan<- struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s[:after].tell(w)
		<-r.Context().Done()
		close(gone)
	}
}

// behind tells what lies behind Last-Event-ID.
func (s story) behind(w http.ResponseWriter, r *http.Request) {
	s.after(r.Header.Get("Last-Event-ID")).tell(w)
}

func (s story) after(id string) story {
	if id == "" {
		return s
	}
	last, err := api.ParsePosition(id)
	for i, event := range s {
		if at, atErr := api.ParsePosition(event.ID); err == nil && atErr == nil && last.Before(at) {
			return s[i:]
		}
	}
	return nil
}

// takenOver is the story after a replica died while it said its second step: that step goes, and a third comes in its place.
func (s story) takenOver(untilDeath int) story {
	GinkgoHelper()
	Expect(untilDeath).To(BeNumerically(">", 5))
	step := answer().Steps[1]
	step.ID, step.Position, step.Content = 8, 5, "It is there."
	return append(append(story{}, s[:untilDeath]...),
		api.Event{ID: "2.5.0.0", Body: api.MessageDiscarded{StepID: 6}},
		api.Event{ID: "3.0.0.0", Body: api.MessageStarted{Step: api.StepHead{ID: 8, Position: 5, CreatedAt: noon}}},
		api.Event{ID: "3.1.0.12", Body: api.MessageDelta{StepID: 8, Text: step.Content}},
		api.Event{ID: "3.2.0.0", Body: api.MessageTextCompleted{StepID: 8}},
		api.Event{ID: "3.5.0.0", Body: api.MessageCompleted{Step: step}},
		api.Event{ID: "3.8.0.0", Body: api.RunCompleted{Answer: answer()}})
}

// forgetful is the story as somebody hears it who comes now: without the step that was discarded.
func (s story) forgetful() story {
	var told story
	for _, event := range s {
		if at, err := api.ParsePosition(event.ID); err == nil && at.Step != 2 {
			told = append(told, event)
		}
	}
	return told
}
