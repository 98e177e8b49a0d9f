package chatkit_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
)

func head(id string) chatkit.Head {
	return chatkit.Head{ID: id, ThreadID: "thr_7", CreatedAt: time.Date(2026, 11, 22, 10, 30, 0, 123456000, time.UTC)}
}

func ptr[T any](v T) *T { return &v }

func message(text string) chatkit.AssistantMessage {
	return chatkit.AssistantMessage{Head: head("msg_2_3"), Content: []chatkit.OutputText{{Text: text}}}
}

func card() chatkit.Card {
	return chatkit.Card{
		Size: "md", Status: &chatkit.WidgetStatus{Text: "Up to date", Icon: "check"},
		Confirm: &chatkit.CardAction{Label: "OK", Action: chatkit.ActionConfig{Type: "ok", Payload: map[string]any{"n": 1}, Streaming: ptr(false)}},
		Children: []chatkit.Component{
			chatkit.Title{Value: "Your tasks", Size: "sm"}, chatkit.Divider{},
			chatkit.Row{Mark: chatkit.Mark{Key: "task-1"}, Layout: chatkit.Layout{Align: "center", Gap: 2, Children: []chatkit.Component{
				chatkit.Icon{Name: "check-circle-filled", Color: "success"},
				chatkit.Col{Layout: chatkit.Layout{Flex: 1, Children: []chatkit.Component{
					chatkit.Text{Value: "a < b & c", LineThrough: true}, chatkit.Caption{Value: "small"},
				}}},
				chatkit.Badge{Label: "Done", Color: "success", Size: "sm"}, chatkit.Spacer{MinSize: 4},
			}}},
			chatkit.Box{Direction: "row", Layout: chatkit.Layout{Padding: chatkit.Spacing{X: 2, Y: "1px"}, Background: chatkit.ThemeColor{Dark: "#000", Light: "#fff"}, Border: chatkit.Borders{Top: 1, X: chatkit.Border{Size: 2, Style: "dotted"}}}},
			chatkit.Text{Value: "Milk", Editable: &chatkit.Editable{Name: "title", Required: true}},
			chatkit.Markdown{Mark: chatkit.Mark{ID: "md"}, Value: "**x**", Streaming: true},
			chatkit.Image{Src: "https://example.com/a.png", Alt: "A"},
			chatkit.Transition{Children: chatkit.Text{Value: "moves"}},
			chatkit.Form{OnSubmitAction: &chatkit.ActionConfig{Type: "add", Handler: "server", LoadingBehavior: "self"}, Layout: chatkit.Layout{Children: []chatkit.Component{
				chatkit.Label{Value: "Title", FieldName: "title"}, chatkit.Input{Name: "title", Required: true}, chatkit.Textarea{Name: "text", Rows: 2},
				chatkit.Select{Name: "show", Options: []chatkit.Option{{Value: "all", Label: "All"}}}, chatkit.DatePicker{Name: "due", Min: "2026-11-22T00:00:00Z"},
				chatkit.Checkbox{Name: "urgent", Label: "Urgent"}, chatkit.RadioGroup{Name: "size", Options: []chatkit.RadioOption{{Label: "S", Value: "s"}}},
				chatkit.Button{Submit: true, Label: "Add", Style: "primary", IconStart: "plus"},
			}}},
		},
	}
}

var _ = Describe("Items on the wire", func() {
	source := chatkit.URLSource{SourceHead: chatkit.SourceHead{Title: "Docs", Group: "web"}, URL: "https://example.com", Attribution: "example"}
	file := chatkit.FileSource{SourceHead: chatkit.SourceHead{Title: "Notes"}, Filename: "notes.txt"}

	DescribeTable("are as their golden file says", func(name string, item chatkit.Item) {
		expectGolden("items/"+name, item)
		Expect(item.ItemID()).NotTo(BeEmpty())
	},
		Entry(nil, "user_message", chatkit.UserMessage{Head: head("msg_1_1"), Content: []chatkit.UserContent{chatkit.InputText{Text: "Add <b>milk</b>"}}}),
		Entry(nil, "user_message_full", chatkit.UserMessage{
			Head: head("msg_1_1"), QuotedText: "what was said",
			Content: []chatkit.UserContent{chatkit.InputTag{ID: "t1", Text: "@milk", Group: "tasks", Interactive: true}},
			Attachments: []chatkit.Attachment{
				{ID: "atc_1", Name: "a.txt", MIMEType: "text/plain", UploadDescriptor: &chatkit.UploadDescriptor{URL: "https://example.com/u", Method: "PUT"}},
				{ID: "atc_2", Name: "a.png", MIMEType: "image/png", PreviewURL: "https://example.com/p", ThreadID: "thr_7"},
			},
			InferenceOptions: chatkit.InferenceOptions{Model: "small", ToolChoice: &chatkit.ToolChoice{ID: "search"}},
		}),
		Entry(nil, "assistant_message", message("✓ Task created: Buy groceries")),
		Entry(nil, "assistant_message_empty", chatkit.AssistantMessage{Head: head("msg_2_3")}),
		Entry(nil, "assistant_message_annotated", chatkit.AssistantMessage{Head: head("msg_2_3"), Content: []chatkit.OutputText{{Text: "See there.", Annotations: []chatkit.Annotation{
			{Source: source, Index: ptr(3)}, {Source: file},
			{Source: chatkit.EntitySource{SourceHead: chatkit.SourceHead{Title: "Milk"}, ID: "e1", Icon: "cube", Label: "Task", InlineLabel: "milk"}},
		}}}}),
		Entry(nil, "client_tool_call", chatkit.ClientToolCall{Head: head("tc_1"), Status: "pending", CallID: "call_1", Name: "get_location"}),
		Entry(nil, "client_tool_call_completed", chatkit.ClientToolCall{Head: head("tc_1"), Status: "completed", CallID: "call_1", Name: "get_location", Arguments: map[string]any{"precise": true}, Output: json.RawMessage(`{"city":"Ulm"}`)}),
		Entry(nil, "widget_card", chatkit.WidgetItem{Head: head("msg_2_3_0"), Widget: card(), CopyText: "Your tasks"}),
		Entry(nil, "widget_empty_card", chatkit.WidgetItem{Head: head("msg_2_3_0"), Widget: chatkit.Card{}}),
		Entry(nil, "widget_list", chatkit.WidgetItem{Head: head("msg_2_3_0"), Widget: chatkit.ListView{Limit: "auto", Children: []chatkit.ListViewItem{{
			Children: []chatkit.Component{chatkit.Text{Value: "row"}}, OnClickAction: &chatkit.ActionConfig{Type: "open"}, Gap: 2, Align: "center",
		}}}}),
		Entry(nil, "widget_basic", chatkit.WidgetItem{Head: head("msg_2_3_0"), Widget: chatkit.Basic{Direction: "col", Children: []chatkit.Element{chatkit.Text{Value: "x"}, chatkit.Card{}}}}),
		Entry(nil, "workflow", chatkit.WorkflowItem{Head: head("wf_1"), Workflow: chatkit.Workflow{Type: "custom", Summary: chatkit.CustomSummary{Title: "Worked", Icon: "bolt"}, Tasks: []chatkit.Task{
			chatkit.CustomTask{TaskHead: chatkit.TaskHead{Status: "complete", Title: "Step"}, Content: "done"},
			chatkit.SearchTask{TaskHead: chatkit.TaskHead{Title: "Search"}, Queries: []string{"milk"}, Sources: []chatkit.URLSource{source}},
			chatkit.SearchTask{}, chatkit.ThoughtTask{Content: "hm"}, chatkit.FileTask{Sources: []chatkit.FileSource{file}}, chatkit.ImageTask{},
		}}}),
		Entry(nil, "workflow_reasoning", chatkit.WorkflowItem{Head: head("wf_1"), Workflow: chatkit.Workflow{Type: "reasoning", Summary: chatkit.DurationSummary{Duration: 3}, Expanded: true}}),
		Entry(nil, "task", chatkit.TaskItem{Head: head("tsk_1"), Task: chatkit.CustomTask{Content: "x"}}),
		Entry(nil, "structured_input", chatkit.StructuredInputItem{Head: head("msg_2_3_0"), Status: "pending", Inputs: []chatkit.StructuredInput{
			chatkit.MultipleChoice{QuestionHead: chatkit.QuestionHead{ID: "q1", Question: "Which?"}, Options: []chatkit.Choice{{Value: "a"}}},
			chatkit.Freeform{QuestionHead: chatkit.QuestionHead{ID: "q2", Question: "Why?", Answer: &chatkit.Answer{Skipped: true}}, Description: "In words"},
		}}),
		Entry(nil, "generated_image", chatkit.GeneratedImageItem{Head: head("img_1"), Image: &chatkit.GeneratedImage{ID: "g", URL: "https://example.com/g.png"}}),
		Entry(nil, "generated_image_pending", chatkit.GeneratedImageItem{Head: head("img_1")}),
		Entry(nil, "end_of_turn", chatkit.EndOfTurn{Head: head("end_1")}),
	)
})

var _ = Describe("Events on the wire", func() {
	thread := chatkit.Thread{ID: "thr_7", Title: "New Conversation", CreatedAt: time.Date(2026, 11, 22, 11, 30, 0, 0, time.FixedZone("CET", 3600))}
	locked := chatkit.Thread{ID: "thr_7", Status: chatkit.ThreadStatus{Type: chatkit.ThreadLocked, Reason: "Moderated"}, AllowedImageDomains: []string{"example.com"}, CreatedAt: thread.CreatedAt}

	updated := func(u chatkit.Update) chatkit.Event { return chatkit.ItemUpdated{ItemID: "msg_2_3", Update: u} }

	DescribeTable("are as their golden file says", func(name string, event chatkit.Event) {
		expectGolden("events/"+name, event)
	},
		Entry(nil, "thread.created", chatkit.ThreadCreated{Thread: thread}),
		Entry(nil, "thread.updated", chatkit.ThreadUpdated{Thread: locked}),
		Entry(nil, "thread.item.added", chatkit.ItemAdded{Item: chatkit.AssistantMessage{Head: head("msg_2_3")}}),
		Entry(nil, "thread.item.done", chatkit.ItemDone{Item: message("Done.")}),
		Entry(nil, "thread.item.removed", chatkit.ItemRemoved{ItemID: "msg_2_3"}),
		Entry(nil, "thread.item.replaced", chatkit.ItemReplaced{Item: message("Better.")}),
		Entry(nil, "stream_options", chatkit.StreamOptions{AllowCancel: true}),
		Entry(nil, "progress_update", chatkit.ProgressUpdate{Text: "Adding the task…", Icon: "plus"}),
		Entry(nil, "client_effect", chatkit.ClientEffect{Name: "blink"}),
		Entry(nil, "notice", chatkit.Notice{Level: "warning", Message: "Slow today", Title: "Note"}),
		Entry(nil, "error.custom", chatkit.Error{Message: "You can try again.", AllowRetry: true}),
		Entry(nil, "error.stream", chatkit.Error{}),
		Entry(nil, "update.part_added", updated(chatkit.PartAdded{})),
		Entry(nil, "update.text_delta", updated(chatkit.TextDelta{Delta: "Hel<lo>"})),
		Entry(nil, "update.part_done", updated(chatkit.PartDone{Content: chatkit.OutputText{Text: "Hello"}})),
		Entry(nil, "update.annotation_added", updated(chatkit.AnnotationAdded{AnnotationIndex: 1, Annotation: chatkit.Annotation{Source: chatkit.FileSource{SourceHead: chatkit.SourceHead{Title: "N"}, Filename: "n.txt"}}})),
		Entry(nil, "update.widget_root", updated(chatkit.WidgetRootUpdated{Widget: chatkit.Card{}})),
		Entry(nil, "update.widget_component", updated(chatkit.WidgetComponentUpdated{ComponentID: "c", Component: chatkit.Text{Mark: chatkit.Mark{ID: "c"}, Value: "x"}})),
		Entry(nil, "update.widget_text", updated(chatkit.WidgetTextDelta{ComponentID: "md", Delta: "x", Done: true})),
		Entry(nil, "update.task_added", updated(chatkit.WorkflowTaskAdded{Task: chatkit.ThoughtTask{Content: "hm"}})),
		Entry(nil, "update.task_updated", updated(chatkit.WorkflowTaskUpdated{TaskIndex: 1, Task: chatkit.ThoughtTask{Content: "ah"}})),
		Entry(nil, "update.image", updated(chatkit.GeneratedImageUpdated{Image: chatkit.GeneratedImage{ID: "g", URL: "https://example.com/g.png"}, Progress: ptr(0.5)})),
	)

	It("refuse to be about no item", func() {
		for _, event := range []chatkit.Event{chatkit.ItemAdded{}, chatkit.ItemDone{}, chatkit.ItemReplaced{}} {
			_, err := chatkit.Marshal(event)
			Expect(err).To(HaveOccurred())
		}
	})
})

var _ = Describe("Answers on the wire", func() {
	thread := chatkit.Thread{ID: "thr_7", Title: "Milk", Items: chatkit.Page[chatkit.Item]{Data: []chatkit.Item{message("Done.")}}}

	DescribeTable("are as their golden file says", func(name string, answer any) {
		expectGolden("answers/"+name, answer)
	},
		Entry(nil, "threads.get_by_id", thread),
		Entry(nil, "threads.list", chatkit.Page[chatkit.Thread]{Data: []chatkit.Thread{{ID: "thr_7"}}, HasMore: true, After: "thr_7"}),
		Entry(nil, "threads.update", chatkit.Thread{ID: "thr_7", Title: "Tea", Status: chatkit.ThreadStatus{Type: chatkit.ThreadClosed, Reason: "Done"}}),
		Entry(nil, "threads.delete", chatkit.Nothing{}),
		Entry(nil, "items.list", chatkit.Page[chatkit.Item]{Data: []chatkit.Item{message("Done.")}, HasMore: true, After: "msg_2_3"}),
		Entry(nil, "items.list.empty", chatkit.Page[chatkit.Item]{}),
		Entry(nil, "items.feedback", chatkit.Nothing{}),
		Entry(nil, "attachments.create", chatkit.Attachment{
			ID: "atc_2", Name: "a.png", MIMEType: "image/png", PreviewURL: "https://example.com/p",
			UploadDescriptor: &chatkit.UploadDescriptor{URL: "https://example.com/u", Method: "PUT", Headers: map[string]string{"X-A": "b"}},
		}),
		Entry(nil, "attachments.delete", chatkit.Nothing{}),
		Entry(nil, "input.transcribe", chatkit.Transcription{Text: "buy milk"}),
		Entry(nil, "threads.sync_custom_action", chatkit.ActionAnswer{UpdatedItem: chatkit.WidgetItem{Head: head("msg_2_3_0"), Widget: chatkit.Card{}}}),
		Entry(nil, "threads.sync_custom_action.unchanged", chatkit.ActionAnswer{}),
	)
})

var _ = Describe("The golden files", func() {
	It("have everything in them that can be said", func() {
		said := map[string]bool{}
		Expect(filepath.WalkDir("testdata", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			for _, match := range regexp.MustCompile(`"type": "([^"]+)"`).FindAllSubmatch(raw, -1) {
				said[string(match[1])] = true
			}
			return err
		})).To(Succeed())
		objects := map[string]*chatkit.Shape{}
		collect(chatkit.NewProtocol().Event, objects)
		for _, object := range objects {
			if object.Tag != "" {
				Expect(said).To(HaveKey(object.Tag))
			}
		}
	})
})
