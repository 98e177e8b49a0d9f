package chatkit

// Ours says how this system makes something of the protocol, and where it is kept. The page deploy/docs/protocol.md is made
// of it: after a change run go generate ./deploy/docs.
type Ours struct {
	Of   any    // a Request, Event, Update or Item
	How  string // what it does, or what it is made of; Markdown
	Kept string // where it stands after a reload; Markdown
}

// notKept is told of what a reload does not show again.
const notKept = "nowhere"

// OurRequests says it of each request.
func OurRequests() []Ours {
	return []Ours{
		{CreateThread{}, "`POST /chat` without a conversation; the answer's events are translated as they come", "a conversation, a user's message, a run"},
		{AddUserMessage{}, "`POST /chat` in a conversation; what the conversation waits for is skipped", "a user's message, a run"},
		{AddClientToolOutput{}, "finds the pending client tool call at the thread's end; `POST /runs/{id}/input` with the result", "the call's record: `result`, then the run goes on"},
		{AddStructuredInput{}, "finds the pending question by the item's id; `POST /runs/{id}/input` with the answers", "the question's record: `result`, then the run goes on"},
		{RetryAfterItem{}, "`POST /chat` with `retry_of`; the items of what it replaces are removed", "the old answers and actions are superseded, never deleted; a new run"},
		{CustomAction{}, "`POST /actions` for the record that the widget shows; `thread.item.replaced` with its newer state", "an action; `refreshed` of the record"},
		{GetThread{}, "`GET /messages`, ascending, until there are 20 items; waits a little for a turn at work that nobody follows", notKept},
		{ListThreads{}, "`GET /conversations`, as many pages as the limit needs", notKept},
		{UpdateThread{}, "`PATCH /conversations/{id}`", "the conversation's title"},
		{DeleteThread{}, "`DELETE /conversations/{id}`", "gone, with all that hangs on it"},
		{ListItems{}, "`GET /messages`, as many pages as the limit needs; from the newest on it waits as `threads.get_by_id` does", notKept},
		{ItemFeedback{}, "finds the answers that the items belong to; `POST /messages/{id}/feedback`", "with the answer, its last kind; counted by kind"},
		{CreateAttachment{}, "`POST /attachments`, and a short-lived signed address to send the bytes to", "a row that waits for its bytes, and then for its message"},
		{DeleteAttachment{}, "`DELETE /attachments/{id}`", "gone, with its bytes; one in a message goes with its conversation"},
		{Transcribe{}, "`POST /transcriptions`, which asks the model's endpoint", notKept},
		{SyncCustomAction{}, "as `threads.custom_action`; also while an answer is written", "an action; `refreshed` of the record"},
	}
}

// OurEvents says it of each event.
func OurEvents() []Ours {
	return []Ours{
		{ThreadCreated{}, "from `run.started`, in answer to `threads.create`", "the conversation"},
		{ThreadUpdated{}, "from `conversation.updated`: the conversation changed during the turn, such as its title", "the conversation"},
		{ItemAdded{}, "from a step's first `message.delta`: a text begins", notKept + ": it is announced"},
		{ItemUpdated{}, "see Updates", notKept + ": it is part of an item"},
		{ItemDone{}, "the user's message from `run.started`; a text from `message.text_completed`; a call from `tool_call.finished`, or `run.waiting`", "as the item says"},
		{ItemRemoved{}, "from `message.discarded` (a take-over starts the step again), and for what a retry replaces", "superseded rows stay in the database"},
		{ItemReplaced{}, "an action refreshed a record; a question or client tool call was answered or talked past", "`refreshed` or `result` of the record"},
		{StreamOptions{}, "once in each stream that is no refusal; Stop is offered while a turn is at work", notKept},
		{ProgressUpdate{}, "from `tool_call.started`, in the reader's words; from `progress`, which a tool tells while it works", notKept},
		{ClientEffect{}, "from `effect`, which a tool asks for", notKept},
		{Notice{}, "an action failed; from `notice`, which a tool asks for", notKept},
		{Error{}, "what was refused, and a turn that failed without an answer or that may be tried again", notKept + "; a failed turn's sentence is a step of its answer"},
	}
}

// OurUpdates says it of each update.
func OurUpdates() []Ours {
	return []Ours{
		{PartAdded{}, "a text begins; it has one part", notKept},
		{PartDone{}, "a text is whole, before its `thread.item.done`", notKept},
		{TextDelta{}, "from `message.delta`, as the model says it", notKept},
		{AnnotationAdded{}, "when a text is whole: what the calls before it named", notKept + ": it is part of an item"},
		{WidgetRootUpdated{}, "not made: a widget comes whole, and newer as `thread.item.replaced`", notKept},
		{WidgetComponentUpdated{}, "not made, as above", notKept},
		{WidgetTextDelta{}, "not made, as above", notKept},
		{WorkflowTaskAdded{}, "not made: a workflow comes when its call has ended, whole", notKept},
		{WorkflowTaskUpdated{}, "not made, as above", notKept},
		{GeneratedImageUpdated{}, "not made: an image comes when its call has ended", notKept},
	}
}

// OurItems says it of each item.
func OurItems() []Ours {
	return []Ours{
		{UserMessage{}, "what the person sent, as it was sent", "a message of role user"},
		{AssistantMessage{}, "a step's text; what a finished call did, in the reader's words", "a step; a call's record"},
		{ClientToolCall{}, "a call of a tool that runs in the page", "a call's record: `pending` while it is waited for, then its `result`"},
		{WidgetItem{}, "a finished `list_tasks`", "a call's record: `result`, and `refreshed` after actions"},
		{WorkflowItem{}, "a finished call of a tool that `present` has no words for: collapsed, its name, the time it took, its result", "a call's record"},
		{TaskItem{}, "not made: tasks stand in a workflow", notKept},
		{StructuredInputItem{}, "a call of `ask_person`: what the agent asks the person", "a call's record: `pending` while it is waited for, then its `result`"},
		{GeneratedImageItem{}, "a finished call whose tool made an image", "a call's record: `shows`"},
		{EndOfTurn{}, "behind the calls of a step, when a tool ended the turn with one of them", "a call's record: `shows`"},
	}
}
