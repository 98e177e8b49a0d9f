package translate

import (
	"maps"
	"slices"
	"strings"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
	"taskpilot/chatcore/api"
)

// Stream translates one turn as it happens. When a step is completed, the page has been sent exactly the items that
// history gives for it. A Stream is for one turn and one goroutine.
type Stream struct {
	Translator
	opening      Opening
	conversation Key
	steps        map[int64]*liveStep
	stored       map[int64]api.Step // steps that are told from what is stored: whole, and without what was being done
	named        sources            // what the next text names
	waited       map[int64]waitedStep
	whole        map[string][]byte // items of messages that were shown whole
}

// Opening says how a turn's stream begins.
type Opening int

// How a stream begins.
const (
	Message Opening = iota // with the user's message
	Thread                 // with the thread, which is new
	Again                  // with neither: a message is answered again
)

// NewStream begins a turn.
func (t Translator) NewStream(opening Opening) *Stream {
	return &Stream{Translator: t, opening: opening, steps: map[int64]*liveStep{}, stored: map[int64]api.Step{}, whole: map[string][]byte{}}
}

// Event gives what the page is sent for an event: often nothing, sometimes several.
func (s *Stream) Event(body api.Body) []chatkit.Event {
	switch e := body.(type) {
	case api.RunStarted:
		return s.started(e)
	case api.MessageStarted:
		s.step(e.Step.ID).head = e.Step
	case api.MessageDelta:
		return s.delta(e)
	case api.MessageTextCompleted:
		return s.endText(s.step(e.StepID))
	case api.ToolCallStarted:
		return s.callStarted(e)
	case api.ToolCallFinished:
		return s.callFinished(e)
	case api.MessageCompleted:
		return s.completed(e.Step)
	case api.MessageDiscarded:
		return s.discarded(e.StepID)
	case api.ConversationUpdated:
		return one(chatkit.ThreadUpdated{Thread: s.Thread(e.Conversation)})
	case Working:
		text, icon := s.words.Working(e.For)
		return one(chatkit.ProgressUpdate{Text: text, Icon: icon})
	case Stored:
		return s.restate(e.Message)
	case Gone:
		return s.takeAway(e.Message)
	case api.RunWaiting:
		return s.waiting(e)
	case api.RunCompleted, api.RunFailed, api.RunCancelled:
		return s.ended(e)
	default:
		return aside(body)
	}
	return nil
}

// aside passes on what is beside the answer and stored nowhere. An agent or a tool words it: levels and icons that ChatKit
// does not know are left out, and a notice's words are shown as they are.
func aside(body api.Body) []chatkit.Event {
	switch e := body.(type) {
	case api.Notice:
		return one(chatkit.Notice{Level: level(e.Level), Message: present.Literal(e.Message), Title: present.Line(e.Title)})
	case api.Effect:
		return one(chatkit.ClientEffect{Name: e.Name, Data: e.Data})
	case api.Progress:
		return one(chatkit.ProgressUpdate{Text: e.Text, Icon: icon(e.Icon)})
	}
	return nil
}

func level(said string) string {
	switch said {
	case "warning", "danger":
		return said
	}
	return "info"
}

func icon(named string) string {
	if slices.Contains(chatkit.Icons(), named) || strings.HasPrefix(named, chatkit.LucidePrefix) {
		return named
	}
	return ""
}

func one(e chatkit.Event) []chatkit.Event { return []chatkit.Event{e} }

func (s *Stream) started(e api.RunStarted) []chatkit.Event {
	s.conversation = KeyOf(e.Conversation)
	var events []chatkit.Event
	if s.opening == Thread {
		events = append(events, chatkit.ThreadCreated{Thread: s.Thread(e.Conversation)})
	}
	if s.opening != Again {
		item := s.userMessage(s.conversation, e.UserMessage)
		s.told(item)
		events = append(events, chatkit.ItemDone{Item: item})
	}
	events = append(events, chatkit.StreamOptions{AllowCancel: !s.unstoppable})
	for _, message := range e.Superseded {
		for _, item := range s.Items(s.conversation, message) {
			events = append(events, chatkit.ItemRemoved{ItemID: item.ItemID()})
		}
	}
	for _, action := range e.SupersededActions {
		for _, item := range s.ItemsOfAction(s.conversation, action) {
			events = append(events, chatkit.ItemRemoved{ItemID: item.ItemID()})
		}
	}
	return append(events, s.skipped(e.Skipped)...)
}

// step finds a step at work. One that was not announced has no head yet: its calls wait until it is completed.
func (s *Stream) step(id int64) *liveStep {
	step, ok := s.steps[id]
	if !ok {
		step = &liveStep{records: map[int]api.ToolCall{}, shown: map[string][]byte{}, named: s.named}
		s.steps[id] = step
	}
	return step
}

func (s *Stream) delta(e api.MessageDelta) []chatkit.Event {
	step := s.step(e.StepID)
	if step.head.ID == 0 || step.textEnded || e.Text == "" {
		return nil
	}
	step.text += e.Text
	if _, stored := s.stored[e.StepID]; stored || step.head.Code != "" {
		return nil // chatcore's own sentence may be said in other words: it comes whole
	}
	var events []chatkit.Event
	id := textID(s.conversation, step.head.ID, step.head.Position)
	if !step.textBegun {
		step.textBegun = true
		step.shown[id] = nil
		events = append(events,
			chatkit.ItemAdded{Item: chatkit.AssistantMessage{Head: head(id, s.conversation, step.head.CreatedAt)}},
			chatkit.ItemUpdated{ItemID: id, Update: chatkit.PartAdded{}})
	}
	return append(events, chatkit.ItemUpdated{ItemID: id, Update: chatkit.TextDelta{Delta: e.Text}})
}

// endText makes the text whole, if there is any and it is not yet.
func (s *Stream) endText(step *liveStep) []chatkit.Event {
	if step.head.ID == 0 || step.textEnded {
		return nil
	}
	step.textEnded = true
	return s.show(step, step.soFar(nil))
}

func (s *Stream) callStarted(e api.ToolCallStarted) []chatkit.Event {
	events := s.endText(s.step(e.StepID))
	if s.over(e) || e.Record.For != "" {
		return events
	}
	text, icon := s.words.Doing(e.Record)
	if text == "" {
		return events
	}
	return append(events, chatkit.ProgressUpdate{Text: text, Icon: icon})
}

// over says that a call that is told to start has long ended.
func (s *Stream) over(e api.ToolCallStarted) bool {
	return slices.ContainsFunc(s.stored[e.StepID].ToolCalls, func(call api.ToolCall) bool {
		return call.Index == e.Record.Index && call.Status.Done()
	})
}

// idle says that no step is at work.
func (s *Stream) idle() bool { return len(s.steps) == 0 }

// callFinished shows the call when all before it were shown; else it waits for them.
func (s *Stream) callFinished(e api.ToolCallFinished) []chatkit.Event {
	if seen, ok := s.waited[e.StepID]; ok && s.steps[e.StepID] == nil {
		s.steps[e.StepID] = s.hasSeen(seen)
	}
	step := s.step(e.StepID)
	step.records[e.Record.Index] = e.Record
	if step.head.ID == 0 {
		return nil
	}
	return append(s.endText(step), s.show(step, step.soFar(step.ready()))...)
}

// completed makes what was shown of a step what history shows of it.
func (s *Stream) completed(stored api.Step) []chatkit.Event {
	step := s.step(stored.ID)
	delete(s.steps, stored.ID)
	stored = step.newest(stored)
	s.named = s.named.behind(stored)
	return append(s.show(step, stored), s.takeBack(step, s.itemsOfStep(s.conversation, stored, step.named))...)
}

func (s *Stream) discarded(id int64) []chatkit.Event {
	step := s.step(id)
	delete(s.steps, id)
	return s.takeBack(step, nil)
}

// ended closes what is open, and says what the page must still be told.
func (s *Stream) ended(body api.Body) []chatkit.Event {
	var events []chatkit.Event
	for _, id := range slices.Sorted(maps.Keys(s.steps)) {
		events = append(events, s.endText(s.steps[id])...)
	}
	failed, ok := body.(api.RunFailed)
	switch {
	case !ok || failed.Answer != nil && !failed.Retryable:
	case failed.Answer != nil:
		events = append(events, chatkit.Error{Message: s.words.RetryPossible(), AllowRetry: true})
	default:
		message := s.words.Sentence(failed.Code, failed.Message)
		events = append(events, chatkit.Error{Message: message, AllowRetry: failed.Retryable})
	}
	return events
}
