package runs

import (
	"taskpilot/chatcore/api"
)

// Where the events stand that come behind run.waiting in its step.
const (
	indexAnswered  = 1 // the end of the call that was waited for
	indexCompleted = 2 // the step
)

// waits says that the page answers the step's last call: its end comes behind all that the step did by itself.
func (s *StepTranscript) waits() bool {
	if s.Stored == nil || len(s.Stored.ToolCalls) == 0 {
		return false
	}
	return s.Stored.ToolCalls[len(s.Stored.ToolCalls)-1].For != ""
}

// finished is where the call stands that ended with a rank.
func (s *StepTranscript) finished(ordinal, rank int) api.Position {
	if s.Finished[rank].For != "" {
		return api.Position{Step: ordinal, Part: api.PartWaiting, Index: indexAnswered}
	}
	return api.Position{Step: ordinal, Part: api.PartCallFinished, Index: rank}
}

// completed is where the step is whole, or discarded.
func (s *StepTranscript) completed(ordinal int) api.Position {
	if s.waits() {
		return api.Position{Step: ordinal, Part: api.PartWaiting, Index: indexCompleted}
	}
	return api.Position{Step: ordinal, Part: api.PartCompleted}
}

// waitingOf is what the turn of an answer waits for: the last call of its last step.
func waitingOf(answer api.Message) api.Body {
	step := answer.Steps[len(answer.Steps)-1]
	record := step.ToolCalls[len(step.ToolCalls)-1]
	return api.RunWaiting{For: record.For, StepID: step.ID, Record: record, Answer: &answer}
}
