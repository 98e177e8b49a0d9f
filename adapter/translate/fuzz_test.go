package translate_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/adapter/validate"
	"taskpilot/chatcore/api"
)

// nonsense makes a turn's events of bytes, in any order: few steps and calls, so that they meet.
type nonsense struct{ left []byte }

func (n *nonsense) byte() int {
	if len(n.left) == 0 {
		return 0
	}
	b := n.left[0]
	n.left = n.left[1:]
	return int(b)
}

func pick[T any](n *nonsense, from ...T) T { return from[n.byte()%len(from)] }

func (n *nonsense) text() string {
	return pick(n, "", "Hello", "é🧀", " ", "\n", "\xff", "\x00", "<b>", `"`)
}

func (n *nonsense) id() int64 { return pick[int64](n, 1, 2, 3, 0, -1, 1<<53) }

func (n *nonsense) moment() time.Time {
	return pick(n, time.Date(2026, 11, 22, 12, 0, 0, 123456000, time.UTC), time.Time{})
}

func (n *nonsense) record() api.ToolCall {
	results := []string{
		``, `null`, `{}`, `[]`, `7`, `{"task_id":9,"title":"Buy groceries","completed":false}`, `{"task_id":9,"title":"","completed":true,"changed":["title"]}`,
		`{"tasks":[{"task_id":9,"title":"é","description":"\n","completed":true}],"pending":0,"completed":1,"has_more":true,"status":"all"}`,
		`{"tasks":[],"pending":-1,"completed":0,"status":"pending"}`, `{"name":"a","candidates":[{"title":"b"}],"matches":3}`, `{"`,
		`{"status":"answered","answers":{"which":{"values":["a"],"skipped":false}}}`, `{"status":"new","answers":null}`, `{"status":"answered","answers":{"which":{}}}`,
	}
	return api.ToolCall{
		ID: n.id(), Index: pick(n, 0, 1, 2, -1, 1<<30), Tool: pick(n, "add_task", "list_tasks", "update_task", "send_mail", ""),
		Parameters: json.RawMessage(pick(n, `{}`, ``, `{"status":"pending"}`, `[`,
			`{"inputs":[{"id":"which","question":"Which?","type":"multiple_choice","options":[{"value":"a"}]},{"id":"why","type":"freeform"}]}`, `{"inputs":[{"type":"new"}]}`)),
		For: pick(n, "", "", "", api.ForClientTool, api.ForStructuredInput, "new"), Result: json.RawMessage(pick(n, results...)), Refreshed: json.RawMessage(pick(n, results...)),
		Status: pick(n, api.CallExecuted, api.CallFailed, api.CallSkipped, api.CallPending, api.CallRunning, "new"),
		Code:   pick(n, "", "ambiguous", "not_found", "new"), Error: n.text(),
	}
}

func (n *nonsense) step() api.Step {
	step := api.Step{ID: n.id(), Position: n.id(), Content: n.text(), Code: pick(n, "", "stopped", "new"), CreatedAt: n.moment()}
	for range n.byte() % 3 {
		step.ToolCalls = append(step.ToolCalls, n.record())
	}
	return step
}

func (n *nonsense) message() api.Message {
	m := api.Message{ID: n.id(), Position: n.id(), Role: pick(n, api.RoleUser, api.RoleAssistant, "new"), Content: n.text(), CreatedAt: n.moment()}
	for range n.byte() % 3 {
		m.Steps = append(m.Steps, n.step())
	}
	return m
}

func (n *nonsense) conversation() api.Conversation {
	return api.Conversation{ID: n.id(), Title: n.text(), Status: pick(n, "active", "locked", "closed", "new"), StatusReason: n.text(), CreatedAt: n.moment()}
}

func (n *nonsense) body() api.Body {
	answer := n.message()
	return pick(n,
		func() api.Body {
			return api.MessageStarted{Step: api.StepHead{ID: n.id(), Position: n.id(), Code: pick(n, "", "stopped"), CreatedAt: n.moment()}}
		},
		func() api.Body { return api.MessageDelta{StepID: n.id(), Text: n.text()} },
		func() api.Body { return api.MessageTextCompleted{StepID: n.id()} },
		func() api.Body { return api.ToolCallStarted{StepID: n.id(), Record: n.record()} },
		func() api.Body { return api.ToolCallFinished{StepID: n.id(), Record: n.record()} },
		func() api.Body { return api.MessageCompleted{Step: n.step()} },
		func() api.Body { return api.MessageDiscarded{StepID: n.id()} },
		func() api.Body { return api.ConversationUpdated{Conversation: n.conversation()} },
		func() api.Body {
			return api.Notice{Level: pick(n, "info", "danger", "new", ""), Message: n.text(), Title: n.text()}
		},
		func() api.Body { return api.Effect{Name: n.text(), Data: pick(n, nil, map[string]any{"a": 1.0})} },
		func() api.Body { return api.Progress{Text: n.text(), Icon: pick(n, "", "search", "new")} },
		func() api.Body {
			return api.RunStarted{RunID: n.id(), Conversation: n.conversation(), UserMessage: n.message(), Superseded: []api.Message{n.message()},
				SupersededActions: []api.Action{{ID: n.id(), Position: n.id(), Record: n.record(), CreatedAt: n.moment()}},
				Skipped:           []api.SkippedCall{{Step: api.StepHead{ID: n.id(), Position: n.id(), CreatedAt: n.moment()}, Record: n.record()}},
			}
		},
		func() api.Body { return api.RunCompleted{Answer: answer} },
		func() api.Body {
			return api.RunFailed{Code: "new", Message: n.text(), Retryable: n.byte()%2 == 0, Answer: pick(n, nil, &answer)}
		},
		func() api.Body { return api.RunCancelled{Reason: "stopped", Answer: pick(n, nil, &answer)} },
		func() api.Body {
			return api.RunWaiting{For: pick(n, "client_tool", "structured_input", "new"), StepID: n.id(), Record: n.record()}
		},
	)()
}

// event is a body with an id that chatcore could give, or none that it could.
func (n *nonsense) event() api.Event {
	at := api.Position{Step: n.byte() % 4, Part: api.Part(n.byte() % int(api.PartEnd+1)), Index: n.byte() % 3, Offset: n.byte() % 8}
	return api.Event{ID: pick(n, at.String(), at.String(), at.String(), "", "x"), Body: n.body()}
}

// sane is what a page asks of any stream: an update is for an item that was announced and is not done, and of a part that
// is there.
type sane struct{ open map[string]int } // how many parts an open item has

func (s *sane) read(event chatkit.Event) error {
	switch e := event.(type) {
	case chatkit.ItemAdded:
		s.open[e.Item.ItemID()] = 0
	case chatkit.ItemDone:
		delete(s.open, e.Item.ItemID())
	case chatkit.ItemReplaced:
		delete(s.open, e.Item.ItemID())
	case chatkit.ItemRemoved:
		delete(s.open, e.ItemID)
	case chatkit.ItemUpdated:
		parts, open := s.open[e.ItemID]
		switch e.Update.(type) {
		case chatkit.PartAdded:
			s.open[e.ItemID] = parts + 1
		default:
			if parts == 0 {
				return fmt.Errorf("%T of %s, which has no part", e.Update, e.ItemID)
			}
		}
		if !open {
			return fmt.Errorf("%s is updated and is not open", e.ItemID)
		}
	}
	return nil
}

// FuzzStream holds that no order of events, however senseless, brings the translation down, makes it update what it has not
// announced, or makes it send an event that is none of ChatKit's.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{"", "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", "Add a task to buy groceries", "\xff\x10\x00\x00\x07\x07\x07\x01\x01\x01\x00\x00"} {
		f.Add([]byte(seed))
	}
	checker, words := validate.New(), fresh(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		n := &nonsense{left: raw}
		streams := []func(api.Event) []translate.Marked{
			words.Follow(n.id(), []api.Step{n.step()}).Event,
			words.Resume(translate.Mark{Run: n.id(), At: api.Position{Step: n.byte() % 3, Part: api.Part(n.byte() % 8)}, Left: n.byte() % 3}).Event,
		}
		for _, opening := range []translate.Opening{translate.Thread, translate.Message, translate.Again} {
			stream := words.NewStream(opening)
			streams = append(streams, func(e api.Event) []translate.Marked { return translate.Unmarked(stream.Event(e.Body)) })
		}
		goesOn := words.GoOn(n.message())
		streams = append(streams, func(e api.Event) []translate.Marked { return translate.Unmarked(goesOn.Event(e.Body)) })
		pages := make([]sane, len(streams))
		for range 40 {
			if len(n.left) == 0 {
				break
			}
			event := n.event()
			for i, stream := range streams {
				if pages[i].open == nil {
					pages[i].open = map[string]int{}
				}
				for _, sent := range stream(event) {
					check(t, checker, sent.Event)
					if err := pages[i].read(sent.Event); err != nil && i != 1 { // who goes on has seen what came before
						t.Fatalf("stream %d, after %+v: %v", i, event, err)
					}
				}
			}
		}
	})
}

func check(t *testing.T, checker *validate.Validator, event chatkit.Event) {
	encoded, err := chatkit.Marshal(event)
	if err != nil {
		t.Fatalf("%+v: %v", event, err)
	}
	if mistakes := checker.Event(encoded); len(mistakes) > 0 {
		t.Fatalf("%s: %v", encoded, mistakes)
	}
}
