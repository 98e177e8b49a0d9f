package translate

import (
	"cmp"
	"slices"
	"time"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
	"taskpilot/chatcore/api"
)

// Words says what calls show. It must be a pure function of a record, or live and history differ.
type Words interface {
	Call(record api.ToolCall) (shown present.Shown, ok bool)
	Doing(record api.ToolCall) (text, icon string)
	Sentence(code, stored string) string
	RetryPossible() string
	Confirmation(about api.Confirms) (question, yes, no string)
	Working(elapsed time.Duration) (text, icon string)
}

// Translator makes threads and items in one language. It keeps nothing and may be used by many at once.
type Translator struct {
	words    Words
	previews Previews // nil: images have no addresses

	unstoppable bool
}

// New makes a Translator.
func New(words Words) Translator { return Translator{words: words} }

// Unstoppable is the translator for a chat service whose turns nobody can stop.
func (t Translator) Unstoppable() Translator {
	t.unstoppable = true
	return t
}

// With is the translator for whoever may use these addresses.
func (t Translator) With(previews Previews) Translator {
	t.previews = previews
	return t
}

// Thread is a conversation without its items.
func (t Translator) Thread(c api.Conversation) chatkit.Thread {
	return chatkit.Thread{ID: ThreadID(KeyOf(c)), Title: c.Title, CreatedAt: c.CreatedAt.UTC(), Status: status(c)}
}

func status(c api.Conversation) chatkit.ThreadStatus {
	switch c.Status {
	case chatkit.ThreadLocked, chatkit.ThreadClosed:
		return chatkit.ThreadStatus{Type: c.Status, Reason: c.StatusReason}
	}
	return chatkit.ThreadStatus{}
}

// Items are the items of a message, in order.
func (t Translator) Items(conversation Key, m api.Message) []chatkit.Item {
	if m.Role == api.RoleUser {
		return []chatkit.Item{t.userMessage(conversation, m)}
	}
	var items []chatkit.Item
	var named sources
	for _, step := range m.Steps {
		items = append(items, t.itemsOfStep(conversation, step, named)...)
		named = named.behind(step)
	}
	return items
}

// ItemsOfAction is what an action shows: one on a record shows nothing but that record's newer state.
func (t Translator) ItemsOfAction(conversation Key, action api.Action) []chatkit.Item {
	if action.RecordID != 0 {
		return nil
	}
	item, ok := t.record(head(callID(conversation, action.ID, action.Position, 0), conversation, action.CreatedAt), action.Record)
	if !ok {
		return nil
	}
	return []chatkit.Item{item}
}

func (t Translator) userMessage(conversation Key, m api.Message) chatkit.Item {
	return chatkit.UserMessage{
		Head:    head(textID(conversation, m.ID, m.Position), conversation, m.CreatedAt),
		Content: userContent(m), Attachments: t.attachments(m.Attachments), QuotedText: m.QuotedText, InferenceOptions: choices(m.Said),
	}
}

// itemsOfStep is the one place that says what a step looks like: its text, then what each finished call shows, in the
// order of their index. While an earlier call is at work a later one waits: whoever reads now and follows from here must
// not get an item in between. Only what the page answers is shown before it has ended. named is what its text names.
func (t Translator) itemsOfStep(conversation Key, step api.Step, named sources) []chatkit.Item {
	var items []chatkit.Item
	if step.Content != "" {
		items = append(items, t.text(conversation, step, named))
	}
	for _, record := range slices.SortedStableFunc(slices.Values(step.ToolCalls), byIndex) {
		if isOpen(record) && record.For == "" {
			break
		}
		if item, ok := t.call(conversation, step, record); ok {
			items = append(items, item)
		}
	}
	if endsTurn(step) {
		items = append(items, chatkit.EndOfTurn{Head: head(callID(conversation, step.ID, step.Position, len(step.ToolCalls)), conversation, step.CreatedAt)})
	}
	return items
}

// isOpen says that a call has not ended. A service that says no status tells only of calls that have.
func isOpen(record api.ToolCall) bool {
	return record.Status == api.CallPending || record.Status == api.CallRunning
}

func byIndex(a, b api.ToolCall) int { return cmp.Compare(a.Index, b.Index) }

func (t Translator) text(conversation Key, step api.Step, named sources) chatkit.Item {
	h := head(textID(conversation, step.ID, step.Position), conversation, step.CreatedAt)
	if step.Code != "" {
		return assistantMessage(h, t.words.Sentence(step.Code, step.Content))
	}
	return chatkit.AssistantMessage{Head: h, Content: []chatkit.OutputText{{Text: step.Content, Annotations: named.annotations()}}}
}

func (t Translator) call(conversation Key, step api.Step, record api.ToolCall) (chatkit.Item, bool) {
	return t.record(head(callID(conversation, step.ID, step.Position, record.Index), conversation, step.CreatedAt), record)
}

// record is what a call shows, as the item with this head.
func (t Translator) record(h chatkit.Head, record api.ToolCall) (chatkit.Item, bool) {
	if record.For != "" {
		return t.asked(h, record), true
	}
	shown, ok := t.words.Call(record)
	if !ok {
		return nil, false
	}
	switch {
	case hasImage(record):
		return generatedImage(h, record), true
	case shown.Widget != nil:
		return chatkit.WidgetItem{Head: h, Widget: shown.Widget, CopyText: shown.CopyText}, true
	case shown.Workflow != nil:
		return chatkit.WorkflowItem{Head: h, Workflow: *shown.Workflow}, true
	}
	return assistantMessage(h, shown.Line), true
}

func assistantMessage(h chatkit.Head, words string) chatkit.Item {
	return chatkit.AssistantMessage{Head: h, Content: []chatkit.OutputText{{Text: words}}}
}

func head(id string, conversation Key, created time.Time) chatkit.Head {
	return chatkit.Head{ID: id, ThreadID: ThreadID(conversation), CreatedAt: created.UTC()}
}
