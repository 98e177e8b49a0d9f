package runs

import (
	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// Restore makes the transcript of a turn from what is stored of it. It has the events and the ids that the turn's own
// followers saw, but that a text comes whole, and no end while the turn is at work.
func Restore(turn store.StoredTurn) Transcript {
	t := Transcript{Started: startedOf(turn.Turn)}
	if turn.Titled {
		titled := turn.Conversation
		titled.Title = turn.FirstTitle
		t.Started.Conversation, t.Titled = titled, &titled
	}
	if turn.Retitled || turn.Conversation.Status != api.ConversationActive {
		t.News = &turn.Conversation
	}
	for _, step := range turn.Steps {
		t.Steps = append(t.Steps, restoreStep(step))
	}
	t.End = restoreEnd(turn)
	return t
}

func startedOf(turn store.Turn) api.RunStarted {
	return api.RunStarted{
		RunID: turn.RunID, Conversation: turn.Conversation, UserMessage: turn.UserMessage,
		Superseded: turn.Superseded, SupersededActions: turn.GoneActions, Skipped: turn.Skipped,
	}
}

func restoreStep(step store.StoredStep) *StepTranscript {
	restored := &StepTranscript{
		Ordinal: step.Ordinal, Discarded: step.Discarded, Text: []byte(step.Content),
		Head: api.StepHead{ID: step.ID, Position: step.Position, Code: step.Code, CreatedAt: step.CreatedAt},
	}
	if step.Open || step.Discarded {
		return restored
	}
	began := step.Step
	began.ToolCalls = make([]api.ToolCall, 0, len(step.ToolCalls))
	for _, record := range step.ToolCalls {
		record.Status, record.Result, record.Refreshed, record.Revision, record.FinishedAt = api.CallPending, nil, nil, 0, nil
		record.Code, record.Error, record.Shows = "", "", nil
		began.ToolCalls = append(began.ToolCalls, record)
	}
	for _, index := range step.Ended {
		restored.Finished = append(restored.Finished, step.ToolCalls[index])
	}
	restored.Stored = &began
	return restored
}

func restoreEnd(turn store.StoredTurn) api.Body {
	answer := turn.Answer
	switch answer.State {
	case api.StateDone:
		return api.RunCompleted{Answer: answer}
	case api.StateWaiting:
		return waitingOf(answer)
	case api.StateStopped:
		return api.RunCancelled{Reason: answer.Code, Answer: &answer}
	case api.StateFailed:
		failed := agent.Failed(answer.Code)
		return api.RunFailed{Code: answer.Code, Message: failed.Sentence, Retryable: failed.Retryable, Answer: &answer}
	default:
		return nil
	}
}

// taken are the steps that whoever goes on with a turn builds on.
func taken(turn store.StoredTurn) []agent.Taken {
	var steps []agent.Taken
	for _, step := range turn.Steps {
		if !step.Discarded && !step.Open {
			steps = append(steps, agent.Taken{Step: step.Step, Keys: step.Keys, Cut: step.Cut})
		}
	}
	return steps
}
