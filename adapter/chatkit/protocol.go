package chatkit

import "reflect"

// Protocol is what a server may say, as shapes.
type Protocol struct {
	Event     *Shape
	Update    *Shape
	Item      *Shape
	Root      *Shape
	Component *Shape
	Answers   map[string]*Shape // of requests that are answered by one JSON object, by the request's type
}

// NewProtocol reads the shapes off the types.
func NewProtocol() *Protocol {
	d := &describing{known: map[reflect.Type]*Shape{}, members: members(), named: map[string]any{
		"ThemeColor": ThemeColor{}, "Editable": Editable{}, "Spacing": Spacing{}, "Border": Border{}, "Borders": Borders{},
	}}
	protocol := &Protocol{
		Event: d.shape(reflect.TypeFor[Event]()), Update: d.shape(reflect.TypeFor[Update]()), Item: d.shape(reflect.TypeFor[Item]()),
		Root: d.shape(reflect.TypeFor[Root]()), Component: d.shape(reflect.TypeFor[Component]()),
		Answers: map[string]*Shape{},
	}
	for request, answer := range answers() {
		protocol.Answers[request] = d.shape(reflect.TypeOf(answer))
	}
	return protocol
}

// Requests has one of each request, in the order of the protocol's documentation: those answered by a stream first.
func Requests() []Request {
	return []Request{
		CreateThread{}, AddUserMessage{}, AddClientToolOutput{}, AddStructuredInput{}, RetryAfterItem{}, CustomAction{},
		GetThread{}, ListThreads{}, UpdateThread{}, DeleteThread{}, ListItems{}, ItemFeedback{}, CreateAttachment{},
		DeleteAttachment{}, Transcribe{}, SyncCustomAction{},
	}
}

// answers has an example of the answer to each request that is not answered by a stream.
func answers() map[string]any {
	return map[string]any{
		GetThread{}.RequestType():        Thread{},
		ListThreads{}.RequestType():      Page[Thread]{},
		UpdateThread{}.RequestType():     Thread{},
		DeleteThread{}.RequestType():     Nothing{},
		ListItems{}.RequestType():        Page[Item]{},
		ItemFeedback{}.RequestType():     Nothing{},
		CreateAttachment{}.RequestType(): Attachment{},
		DeleteAttachment{}.RequestType(): Nothing{},
		Transcribe{}.RequestType():       Transcription{},
		SyncCustomAction{}.RequestType(): ActionAnswer{},
	}
}

// members are the types of which a value may be one.
func members() map[reflect.Type][]any {
	components := []any{
		Text{}, Title{}, Caption{}, Markdown{}, Badge{}, Icon{}, Image{}, Divider{}, Spacer{}, Box{}, Row{}, Col{}, Form{},
		Button{}, Input{}, Textarea{}, Select{}, DatePicker{}, Checkbox{}, RadioGroup{}, Label{}, Transition{},
	}
	roots := []any{Card{}, ListView{}, Basic{}}
	return map[reflect.Type][]any{
		reflect.TypeFor[Event](): {
			ThreadCreated{}, ThreadUpdated{}, ItemAdded{}, ItemUpdated{}, ItemDone{}, ItemRemoved{}, ItemReplaced{},
			StreamOptions{}, ProgressUpdate{}, ClientEffect{}, Notice{}, Error{},
		},
		reflect.TypeFor[Update](): {
			PartAdded{}, PartDone{}, TextDelta{}, AnnotationAdded{}, WidgetRootUpdated{}, WidgetComponentUpdated{},
			WidgetTextDelta{}, WorkflowTaskAdded{}, WorkflowTaskUpdated{}, GeneratedImageUpdated{},
		},
		reflect.TypeFor[Item](): {
			UserMessage{}, AssistantMessage{}, ClientToolCall{}, WidgetItem{}, WorkflowItem{}, TaskItem{},
			StructuredInputItem{}, GeneratedImageItem{}, EndOfTurn{},
		},
		reflect.TypeFor[Root]():            roots,
		reflect.TypeFor[Component]():       components,
		reflect.TypeFor[Element]():         append(components, roots...),
		reflect.TypeFor[Task]():            {CustomTask{}, SearchTask{}, ThoughtTask{}, FileTask{}, ImageTask{}},
		reflect.TypeFor[Summary]():         {CustomSummary{}, DurationSummary{}},
		reflect.TypeFor[Source]():          {URLSource{}, FileSource{}, EntitySource{}},
		reflect.TypeFor[UserContent]():     {InputText{}, InputTag{}},
		reflect.TypeFor[StructuredInput](): {MultipleChoice{}, Freeform{}},
		reflect.TypeFor[Attachment]():      {fileAttachment{}, imageAttachment{}},
		reflect.TypeFor[ThreadStatus]():    {activeStatus{}, lockedStatus{}, closedStatus{}},
	}
}
