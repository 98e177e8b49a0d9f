package runs

import (
	"sort"
	"unicode/utf8"

	"taskpilot/chatcore/api"
)

// Transcript is a turn as its followers see it. Its events are not kept: each is computed from the state and from where
// the follower stands, and so is its id. It is not safe for concurrent use.
type Transcript struct {
	Started api.RunStarted
	Titled  *api.Conversation // the conversation, when this turn gave it its title
	News    *api.Conversation // the conversation at the turn's end, when its title or status has changed meanwhile
	Steps   []*StepTranscript
	End     api.Body // nil while the turn is at work; of one that waits it is no end: it goes on with another transcript
}

// StepTranscript is one step of a turn.
type StepTranscript struct {
	Ordinal   int // in the turn, from 1; it rises, but some may be missing
	Head      api.StepHead
	Text      []byte
	Cuts      []int          // where the text was cut as it came, in bytes; none: it came whole
	Stored    *api.Step      // the reply, its calls as they began; nil while it comes
	Finished  []api.ToolCall // in the order in which they ended
	Discarded bool
}

// Beginning is the position before every event.
var Beginning = api.Position{Step: -1}

// Next gives the first event behind a position and where it stands; ok is false when it has not happened yet.
func (t *Transcript) Next(after api.Position) (at api.Position, body api.Body, ok bool) {
	if started := (api.Position{}); after.Before(started) {
		return started, t.Started, true
	}
	if titled := (api.Position{Part: api.PartConversation}); t.Titled != nil && after.Before(titled) {
		return titled, api.ConversationUpdated{Conversation: *t.Titled}, true
	}
	for _, step := range t.Steps {
		if step.Ordinal < after.Step {
			continue
		}
		if at, body, ok = step.next(step.Ordinal, after); ok || !step.whole() && !t.waits() {
			return at, body, ok
		}
	}
	if t.End == nil {
		return api.Position{}, nil, false
	}
	end := t.end()
	if news := t.newsAt(end.Step); t.News != nil && after.Before(news) {
		return news, api.ConversationUpdated{Conversation: *t.News}, true
	}
	return end, t.End, after.Before(end)
}

// end is where the turn's end stands.
func (t *Transcript) end() api.Position {
	at := api.Position{Part: api.PartEnd}
	if t.waits() {
		at.Part = api.PartWaiting
	}
	if len(t.Steps) > 0 {
		at.Step = t.Steps[len(t.Steps)-1].Ordinal
	}
	return at
}

// newsAt is where the conversation's news stand: before the end, or before the place where the turn waits, whose step is not
// completed there.
func (t *Transcript) newsAt(step int) api.Position {
	if t.waits() {
		return api.Position{Step: step, Part: api.PartCompleted, Index: 1}
	}
	return api.Position{Step: step, Part: api.PartConversation, Index: 1}
}

func (t *Transcript) waits() bool {
	_, waits := t.End.(api.RunWaiting)
	return waits
}

// Over says that nothing follows the position.
func (t *Transcript) Over(after api.Position) bool {
	return t.End != nil && !after.Before(t.end())
}

// whole says that nothing more will happen in the step.
func (s *StepTranscript) whole() bool {
	return s.Discarded || s.Stored != nil && len(s.Finished) == len(s.Stored.ToolCalls)
}

func (s *StepTranscript) next(ordinal int, after api.Position) (api.Position, api.Body, bool) {
	begin := api.Position{Step: ordinal, Part: api.PartStarted}
	completed := s.completed(ordinal)
	switch {
	case after.Before(begin) && s.Discarded:
		return begin, nil, false // whoever comes now has nothing to take back
	case after.Before(begin):
		return begin, api.MessageStarted{Step: s.Head}, true
	case s.Discarded:
		return completed, api.MessageDiscarded{StepID: s.Head.ID}, after.Before(completed)
	}
	if at, body, ok := s.nextText(ordinal, after); ok || s.Stored == nil {
		return at, body, ok
	}
	if at, body, ok := s.nextCall(ordinal, after); ok || !s.whole() {
		return at, body, ok
	}
	return completed, api.MessageCompleted{Step: s.Step()}, after.Before(completed)
}

func (s *StepTranscript) nextText(ordinal int, after api.Position) (api.Position, api.Body, bool) {
	from := 0
	switch {
	case after.Step == ordinal && after.Part == api.PartText:
		from = s.boundary(after.Offset)
	case after.Step == ordinal && after.Part > api.PartText:
		from = len(s.Text)
	}
	if from < len(s.Text) {
		to := s.cutAfter(from)
		return api.Position{Step: ordinal, Part: api.PartText, Offset: to},
			api.MessageDelta{StepID: s.Head.ID, Text: string(s.Text[from:to])}, true
	}
	completed := api.Position{Step: ordinal, Part: api.PartTextCompleted}
	whole := s.Stored != nil && len(s.Text) > 0
	return completed, api.MessageTextCompleted{StepID: s.Head.ID}, whole && after.Before(completed)
}

// boundary moves an offset that a reader made up to the end of a character.
func (s *StepTranscript) boundary(offset int) int {
	for offset < len(s.Text) && !utf8.RuneStart(s.Text[offset]) {
		offset++
	}
	return min(offset, len(s.Text))
}

func (s *StepTranscript) cutAfter(offset int) int {
	i := sort.SearchInts(s.Cuts, offset+1)
	if i == len(s.Cuts) {
		return len(s.Text)
	}
	return s.Cuts[i]
}

func (s *StepTranscript) nextCall(ordinal int, after api.Position) (api.Position, api.Body, bool) {
	calls := s.Stored.ToolCalls
	if i := indexBehind(after, ordinal, api.PartCallStarted); i < len(calls) {
		record := calls[i]
		record.Status = api.CallRunning
		return api.Position{Step: ordinal, Part: api.PartCallStarted, Index: i},
			api.ToolCallStarted{StepID: s.Head.ID, Record: record}, true
	}
	for rank := range s.Finished {
		if at := s.finished(ordinal, rank); after.Before(at) {
			return at, api.ToolCallFinished{StepID: s.Head.ID, Record: s.Finished[rank]}, true
		}
	}
	return api.Position{}, nil, false
}

// indexBehind is the first index of a part that lies behind a position.
func indexBehind(after api.Position, ordinal int, part api.Part) int {
	switch {
	case after.Step < ordinal || after.Part < part:
		return 0
	case after.Step == ordinal && after.Part == part:
		return after.Index + 1
	default:
		return int(^uint(0) >> 1)
	}
}

// Step is the step with its calls as they ended so far.
func (s *StepTranscript) Step() api.Step {
	step := *s.Stored
	step.ToolCalls = append([]api.ToolCall{}, s.Stored.ToolCalls...)
	for _, record := range s.Finished {
		step.ToolCalls[record.Index] = record
	}
	return step
}
