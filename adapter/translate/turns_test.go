package translate_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// playing makes random turns of one conversation: what is said live, and what is stored of it.
type playing struct {
	*rapid.T
	language     string // of the reader
	conversation api.Conversation
	position     int64
	ids          int64
	now          time.Time
	live         []api.Body
	goesOn       []int // where in live another stream begins, for the turn had waited
	stored       []api.Message
	actions      []api.Action
}

func play(t *rapid.T) *playing {
	now := time.Date(2026, 11, 22, 12, 0, 0, 123456000, time.UTC)
	language := rapid.SampledFrom([]string{"en", "de"}).Draw(t, "language")
	return &playing{T: t, language: language, now: now, ids: 1 << 40, conversation: api.Conversation{ID: 77, Title: "New Conversation", Status: "active", CreatedAt: now}}
}

func (p *playing) place() (id, position int64, at time.Time) {
	p.ids += rapid.Int64Range(1, 1000).Draw(p.T, "id")
	p.position++
	p.now = p.now.Add(time.Duration(rapid.Int64Range(-5, 5000).Draw(p.T, "ms")) * time.Millisecond) // clocks order nothing
	return p.ids, p.position, p.now
}

func (p *playing) tell(bodies ...api.Body) { p.live = append(p.live, bodies...) }

// turn plays one turn from the message to its end.
func (p *playing) turn() {
	id, position, at := p.place()
	user := api.Message{ID: id, Role: api.RoleUser, Position: position, CreatedAt: at, Content: p.words("question"), Said: p.said(), State: api.StateDone}
	user.Attachments = p.attachments()
	p.stored = append(p.stored, user)
	p.answer(user, nil)
}

// attachments are files that the person sent along.
func (p *playing) attachments() (all []api.Attachment) {
	for range rapid.IntRange(0, 2).Draw(p.T, "attachments") {
		p.ids++
		kind := rapid.SampledFrom([]string{"image/png", "image/svg+xml", "text/plain"}).Draw(p.T, "kind")
		all = append(all, api.Attachment{
			ID: p.ids, ConversationID: p.conversation.ID, Name: p.words("name"), MIMEType: kind, Size: 6, State: api.AttachmentStored, CreatedAt: p.now,
		})
	}
	return all
}

// previews gives addresses, as each adapter does within the hour.
type previews struct{}

func (previews) Preview(a api.Attachment) string {
	return "https://chat.example/" + translate.AttachmentID(a.ID)
}

// said is what a message may carry beside its text.
func (p *playing) said() (said api.Said) {
	for range rapid.IntRange(0, 3).Draw(p.T, "parts") {
		part := api.MessagePart{Text: p.words("part")}
		if rapid.Bool().Draw(p.T, "tag") {
			part = api.MessagePart{Tag: &api.Tag{ID: "t1", Text: "@milk", Group: "tasks", Interactive: rapid.Bool().Draw(p.T, "interactive")}}
			if rapid.Bool().Draw(p.T, "data") {
				part.Tag.Data = json.RawMessage(`{"a":[1.50,"<"]}`)
			}
		}
		said.Parts = append(said.Parts, part)
	}
	said.QuotedText = rapid.SampledFrom([]string{"", "quoted"}).Draw(p.T, "quote")
	said.Model = rapid.SampledFrom([]string{"", "clever"}).Draw(p.T, "model")
	said.ToolChoice = rapid.SampledFrom([]string{"", "add_task"}).Draw(p.T, "choice")
	return said
}

// retry plays another answer to one of the user's messages: all that came after it goes.
func (p *playing) retry() {
	at := 2 * rapid.IntRange(0, len(p.stored)/2-1).Draw(p.T, "answered again")
	superseded := slices.Clone(p.stored[at+1:])
	p.stored = p.stored[:at+1]
	behind := slices.IndexFunc(p.actions, func(a api.Action) bool { return a.Position > p.stored[at].Position })
	if behind < 0 {
		behind = len(p.actions)
	}
	gone := slices.Clone(p.actions[behind:])
	p.actions = p.actions[:behind]
	p.answer(p.stored[at], superseded, gone...)
}

func (p *playing) answer(user api.Message, superseded []api.Message, gone ...api.Action) {
	id, position, at := p.place()
	answer := api.Message{ID: id, Role: api.RoleAssistant, Position: position, CreatedAt: at, State: api.StateDone, ReplyTo: user.ID}
	p.tell(api.RunStarted{
		RunID: answer.ID, Conversation: p.conversation, UserMessage: user, Superseded: superseded, SupersededActions: gone,
		Skipped: p.talkedPast(),
	})
	for range rapid.IntRange(0, 4).Draw(p.T, "steps") {
		p.aside()
		if rapid.IntRange(0, 5).Draw(p.T, "take-over") == 0 {
			p.discardedStep()
		}
		if rapid.IntRange(0, 3).Draw(p.T, "waits") > 0 {
			answer.Steps = append(answer.Steps, p.step(p.calls()))
			continue
		}
		step, goesOn := p.waitingStep(answer.ID, user)
		if answer.Steps = append(answer.Steps, step); !goesOn {
			answer.State = api.StateWaiting
			p.stored = append(p.stored, answer)
			return
		}
	}
	p.end(&answer)
	p.stored = append(p.stored, answer)
}

// aside is something that is not stored.
func (p *playing) aside() {
	switch rapid.IntRange(0, 8).Draw(p.T, "aside") {
	case 0:
		p.tell(api.Notice{Level: "info", Message: "by the way"})
	case 1:
		p.tell(api.Progress{Text: "thinking"}, api.Effect{Name: "blink"})
	case 2:
		p.conversation.Title = "Groceries"
		p.tell(api.ConversationUpdated{Conversation: p.conversation})
	}
}

func (p *playing) end(answer *api.Message) {
	switch rapid.IntRange(0, 4).Draw(p.T, "end") {
	case 0:
		answer.State = api.StateFailed
		answer.Steps = append(answer.Steps, p.sentence())
		p.tell(api.RunFailed{Code: "model_cut", Message: "My answer was cut short.", Retryable: rapid.Bool().Draw(p.T, "retryable"), Answer: answer})
	case 1:
		answer.State = api.StateStopped
		answer.Steps = append(answer.Steps, p.step(p.stopped())) // a stop keeps what was said
		p.tell(api.RunCancelled{Reason: "stopped", Answer: answer})
	case 2:
		p.tell(api.RunFailed{Code: "internal", Message: "Something went wrong.", Retryable: true})
	default:
		p.tell(api.RunCompleted{Answer: *answer})
	}
}

// step plays a step with these calls. What was said may be no words at all when there are calls.
func (p *playing) step(calls []api.ToolCall) api.Step {
	id, position, at := p.place()
	step := api.Step{ID: id, Position: position, CreatedAt: at, ToolCalls: calls}
	if len(calls) == 0 || rapid.Bool().Draw(p.T, "with words") {
		step.Content = p.words("answer")
	}
	p.tell(api.MessageStarted{Step: api.StepHead{ID: id, Position: position, CreatedAt: at}})
	p.deltas(step)
	if step.Content != "" && rapid.Bool().Draw(p.T, "told that the text is whole") {
		p.tell(api.MessageTextCompleted{StepID: id})
	}
	p.callsOf(step, len(calls))
	p.tell(api.MessageCompleted{Step: step})
	return step
}

// sentence is a step in which chatcore itself speaks.
func (p *playing) sentence() api.Step {
	id, position, at := p.place()
	step := api.Step{ID: id, Position: position, CreatedAt: at, Code: "model_cut", Content: "My answer was cut short."}
	p.tell(api.MessageStarted{Step: api.StepHead{ID: id, Position: position, Code: step.Code, CreatedAt: at}})
	p.deltas(step)
	p.tell(api.MessageCompleted{Step: step})
	return step
}

// discardedStep is one that a take-over takes back, at any moment.
func (p *playing) discardedStep() {
	id, position, at := p.place()
	step := api.Step{ID: id, Position: position, CreatedAt: at, Content: p.words("lost"), ToolCalls: p.calls()}
	p.tell(api.MessageStarted{Step: api.StepHead{ID: id, Position: position, CreatedAt: at}})
	if rapid.Bool().Draw(p.T, "lost after words") {
		p.deltas(step)
		p.callsOf(step, rapid.IntRange(0, len(step.ToolCalls)).Draw(p.T, "finished"))
	}
	p.tell(api.MessageDiscarded{StepID: id})
}

// deltas splits a text anywhere between its characters.
func (p *playing) deltas(step api.Step) {
	rest := []rune(step.Content)
	for len(rest) > 0 {
		n := rapid.IntRange(1, len(rest)).Draw(p.T, "delta")
		p.tell(api.MessageDelta{StepID: step.ID, Text: string(rest[:n])})
		rest = rest[n:]
	}
}

// callsOf plays the calls of a step: started in order, finished in any.
func (p *playing) callsOf(step api.Step, finish int) {
	for _, call := range step.ToolCalls {
		call.Status, call.Result, call.Code, call.Error = api.CallRunning, nil, "", ""
		p.tell(api.ToolCallStarted{StepID: step.ID, Record: call})
	}
	order := make([]int, len(step.ToolCalls))
	for i := range order {
		order[i] = i
	}
	for _, i := range rapid.Permutation(order).Draw(p.T, "order")[:finish] {
		p.tell(api.ToolCallFinished{StepID: step.ID, Record: step.ToolCalls[i]})
	}
}

func (p *playing) calls() []api.ToolCall {
	calls := make([]api.ToolCall, rapid.IntRange(0, 4).Draw(p.T, "calls"))
	for i := range calls {
		calls[i] = p.call(i)
	}
	return calls
}

// stopped are calls of which some never began.
func (p *playing) stopped() []api.ToolCall {
	calls := p.calls()
	for i := range calls {
		if rapid.Bool().Draw(p.T, "skipped") {
			calls[i].Status, calls[i].Code, calls[i].Result = api.CallSkipped, "skipped", nil
		}
	}
	return calls
}

func (p *playing) call(index int) api.ToolCall {
	p.ids++
	call := api.ToolCall{ID: p.ids, Index: index, Parameters: json.RawMessage(`{}`), Status: api.CallExecuted}
	call.Tool = rapid.SampledFrom([]string{"add_task", "list_tasks", "complete_task", "update_task", "delete_task", "find_task_by_name", "who_knows"}).Draw(p.T, "tool")
	task := fmt.Sprintf(`{"task_id":%d,"title":%q,"completed":%t}`, p.ids, rapid.SampledFrom([]string{"Buy milk", "*bold* [x](y)", "Grüße 🎉"}).Draw(p.T, "title"), rapid.Bool().Draw(p.T, "completed"))
	switch rapid.IntRange(0, 4).Draw(p.T, "outcome") {
	case 0:
		call.Status, call.Code, call.Error = api.CallFailed, rapid.SampledFrom([]string{"not_found", "ambiguous", "invalid", "unknown_tool", "new_code"}).Draw(p.T, "code"), "It failed."
	case 1:
		call.Result = json.RawMessage(rapid.SampledFrom([]string{``, `null`, `[]`, `"x"`, `{"title":5}`, `{"tasks":null}`}).Draw(p.T, "nonsense"))
	default:
		call.Result = json.RawMessage(task)
		if call.Tool == "list_tasks" {
			call.Result = json.RawMessage(`{"tasks":[` + task + `],"total":9,"pending":5,"completed":4,"has_more":true,"filtered_status":"all"}`)
		}
	}
	call.Shows = p.shows()
	return call
}

// shows is what a tool shows beside its result; a service that is not chatcore may say anything.
func (p *playing) shows() *api.Shows {
	if rapid.IntRange(0, 2).Draw(p.T, "shows") > 0 {
		return nil
	}
	shows := &api.Shows{EndOfTurn: rapid.IntRange(0, 3).Draw(p.T, "end of turn") == 0}
	for range rapid.IntRange(0, 2).Draw(p.T, "sources") {
		shows.Annotations = append(shows.Annotations, rapid.SampledFrom([]api.Source{
			{Type: api.SourceURL, Title: "A page", URL: "https://example.com/"}, {Type: api.SourceURL, Title: "No page", URL: "javascript:alert(1)"},
			{Type: api.SourceFile, Title: "A file", Filename: "a.txt"}, {Type: api.SourceEntity, Title: "A thing", ID: "t1", Icon: "nonsense", Data: json.RawMessage(`{"a":1}`)},
			{Type: "new", Title: "Something new"},
		}).Draw(p.T, "source"))
	}
	if rapid.Bool().Draw(p.T, "image") {
		shows.Image = &api.ShownImage{URL: rapid.SampledFrom([]string{"https://example.com/i.png", "file:///etc/passwd"}).Draw(p.T, "address")}
	}
	return shows
}

func (p *playing) words(label string) string {
	return rapid.StringMatching(`[a-zäß🎉 \n<>&*]{1,20}`).Draw(p.T, label)
}
