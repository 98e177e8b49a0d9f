package api_test

import (
	"encoding/json"
	"time"

	"taskpilot/chatcore/api"
)

var (
	began = time.Date(2026, 3, 1, 9, 0, 0, 123456000, time.UTC)
	ended = began.Add(1500 * time.Microsecond)
)

func aConversation() api.Conversation {
	return api.Conversation{
		ID: 9007199254740991, Title: "Add a task to buy groceries", MessageCount: 1, Status: "active",
		CreatedAt: began, UpdatedAt: ended,
	}
}

func aCall() api.ToolCall {
	return api.ToolCall{
		ID: 31, Index: 0, Tool: "add_task", Parameters: json.RawMessage(`{"title":"Buy groceries"}`), Status: api.CallRunning,
		StartedAt: &began,
	}
}

func aFinishedCall() api.ToolCall {
	call := aCall()
	call.Status, call.Result, call.FinishedAt = api.CallExecuted, json.RawMessage(`{"task_id":7,"title":"Buy groceries"}`), &ended
	return call
}

func aFailedCall() api.ToolCall {
	call := aCall()
	call.Index, call.Status, call.Code, call.Error, call.FinishedAt = 1, api.CallFailed, "not_found", "There is no such task.", &ended
	return call
}

func aPageCall(status api.CallStatus) api.ToolCall {
	call := aCall()
	call.Tool, call.Parameters, call.Status, call.For = "switch_theme", json.RawMessage(`{"theme":"dark"}`), status, api.ForClientTool
	return call
}

func aStep() api.Step {
	return api.Step{
		ID: 21, Position: 3, Content: "One moment.\nAnd <b>\"quoted\"</b>, Käse 🧀", ToolCalls: []api.ToolCall{aFinishedCall(), aFailedCall()},
		CreatedAt: began,
	}
}

func anAnswer() api.Message {
	return api.Message{
		ID: 12, Role: api.RoleAssistant, Content: aStep().Content, ToolCalls: aStep().ToolCalls, CreatedAt: began,
		Position: 2, State: api.StateDone, ReplyTo: 11, Steps: []api.Step{aStep()},
	}
}

func aQuestion() api.Message {
	return api.Message{
		ID: 11, Role: api.RoleUser, Content: "Add a task to buy groceries", ToolCalls: []api.ToolCall{}, CreatedAt: began,
		Position: 1, State: api.StateDone, Attachments: []api.Attachment{{
			ID: 13, ConversationID: 9007199254740991, Name: "plan.png", MIMEType: "image/png", Size: 1234, State: api.AttachmentStored, CreatedAt: began,
		}}, Said: api.Said{
			Parts: []api.MessagePart{{Text: "Add a task to buy "}, {Tag: &api.Tag{
				ID: "g1", Text: "groceries", Data: json.RawMessage(`{"shop":{"id":12345678901234567890}}`), Group: "things", Interactive: true,
			}}},
			QuotedText: "I am hungry.", Model: "gpt-4o", ToolChoice: "add_task",
		},
	}
}

// everyEvent has each event once. It is no turn: it has four ends.
func everyEvent() []api.Event {
	answer := anAnswer()
	at := func(step int, part api.Part, index, offset int) string {
		return api.Position{Step: step, Part: part, Index: index, Offset: offset}.String()
	}
	return []api.Event{
		{ID: at(0, api.PartStarted, 0, 0), Body: api.RunStarted{RunID: 12, Conversation: aConversation(), UserMessage: aQuestion()}},
		{ID: at(0, api.PartStarted, 0, 0), Body: api.RunStarted{RunID: 12, Conversation: aConversation(), UserMessage: aQuestion(), Skipped: []api.SkippedCall{
			{Step: api.StepHead{ID: 21, Position: 3, CreatedAt: began}, Record: aPageCall(api.CallSkipped)},
		}}},
		{ID: at(0, api.PartConversation, 0, 0), Body: api.ConversationUpdated{Conversation: aConversation()}},
		{ID: at(1, api.PartStarted, 0, 0), Body: api.MessageStarted{Step: api.StepHead{ID: 21, Position: 3, CreatedAt: began}}},
		{ID: at(1, api.PartText, 0, 12), Body: api.MessageDelta{StepID: 21, Text: "One moment.\n"}},
		{ID: at(1, api.PartTextCompleted, 0, 0), Body: api.MessageTextCompleted{StepID: 21}},
		{ID: at(1, api.PartCallStarted, 0, 0), Body: api.ToolCallStarted{StepID: 21, Record: aCall()}},
		{Body: api.Progress{Text: "Adding the task…", Icon: "sparkle"}},
		{Body: api.Notice{Level: "info", Message: "**Careful**", Title: "Note"}},
		{Body: api.Effect{Name: "confetti", Data: map[string]any{"pieces": "many"}}},
		{ID: at(1, api.PartCallFinished, 0, 0), Body: api.ToolCallFinished{StepID: 21, Record: aFinishedCall()}},
		{ID: at(1, api.PartCallFinished, 1, 0), Body: api.ToolCallFinished{StepID: 21, Record: aFailedCall()}},
		{ID: at(1, api.PartCompleted, 0, 0), Body: api.MessageCompleted{Step: aStep()}},
		{ID: at(2, api.PartCompleted, 0, 0), Body: api.MessageDiscarded{StepID: 22}},
		{ID: at(2, api.PartEnd, 0, 0), Body: api.RunCompleted{Answer: answer}},
		{ID: at(2, api.PartEnd, 0, 0), Body: api.RunFailed{Code: "model_cut", Message: "My answer was cut short.", Retryable: true, Answer: &answer}},
		{ID: at(2, api.PartEnd, 0, 0), Body: api.RunCancelled{Reason: "stopped", Answer: &answer}},
		{ID: at(2, api.PartWaiting, 0, 0), Body: api.RunWaiting{For: api.ForClientTool, StepID: 21, Record: aPageCall(api.CallPending), Answer: &answer}},
	}
}
