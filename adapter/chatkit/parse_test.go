package chatkit_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
)

func input(text string) chatkit.UserInput {
	return chatkit.UserInput{Content: []chatkit.UserContent{chatkit.InputText{Text: text}}}
}

const plainInput = `"input":{"content":[{"type":"input_text","text":"hi"}],"attachments":[],"inference_options":{}}`

// wellFormed has one request of each type, and what it is read as.
var wellFormed = map[string]struct {
	params string
	want   chatkit.Request
}{
	"threads.create":                 {`{` + plainInput + `}`, chatkit.CreateThread{Input: chatkit.UserInput{Content: input("hi").Content, Attachments: []string{}}}},
	"threads.add_user_message":       {`{"thread_id":"thr_1","input":{"content":[{"type":"input_text","text":"hi"}]}}`, chatkit.AddUserMessage{ThreadID: "thr_1", Input: input("hi")}},
	"threads.add_client_tool_output": {`{"thread_id":"thr_1","result":{"a":[1]}}`, chatkit.AddClientToolOutput{ThreadID: "thr_1", Result: json.RawMessage(`{"a":[1]}`)}},
	"threads.add_structured_input": {`{"thread_id":"thr_1","item_id":"msg_1_1_0","input":{"status":"answered","answers":{"q1":{"values":["a"]},"q2":{"skipped":true}}}}`,
		chatkit.AddStructuredInput{ThreadID: "thr_1", ItemID: "msg_1_1_0", Status: "answered", Answers: map[string]chatkit.Answer{"q1": {Values: []string{"a"}}, "q2": {Skipped: true}}}},
	"threads.retry_after_item":   {`{"thread_id":"thr_1","item_id":"msg_1_1"}`, chatkit.RetryAfterItem{ThreadID: "thr_1", ItemID: "msg_1_1"}},
	"threads.custom_action":      {`{"thread_id":"thr_1","item_id":null,"action":{"type":"go","payload":[1]}}`, chatkit.CustomAction{ActionParams: chatkit.ActionParams{ThreadID: "thr_1", Action: chatkit.Action{Type: "go", Payload: json.RawMessage(`[1]`)}}}},
	"threads.sync_custom_action": {`{"thread_id":"thr_1","item_id":"i","action":{"type":"go"}}`, chatkit.SyncCustomAction{ActionParams: chatkit.ActionParams{ThreadID: "thr_1", ItemID: "i", Action: chatkit.Action{Type: "go"}}}},
	"threads.get_by_id":          {`{"thread_id":"thr_1"}`, chatkit.GetThread{ThreadID: "thr_1"}},
	"threads.list":               {`{"limit":99999,"order":"asc","after":"thr_1"}`, chatkit.ListThreads{Paging: chatkit.Paging{Limit: 9999, Order: "asc", After: "thr_1"}}},
	"threads.update":             {`{"thread_id":"thr_1","title":"T"}`, chatkit.UpdateThread{ThreadID: "thr_1", Title: "T"}},
	"threads.delete":             {`{"thread_id":"thr_1"}`, chatkit.DeleteThread{ThreadID: "thr_1"}},
	"items.list":                 {`{"thread_id":"thr_1","limit":null}`, chatkit.ListItems{ThreadID: "thr_1", Paging: chatkit.Paging{Limit: 20, Order: "desc"}}},
	"items.feedback":             {`{"thread_id":"thr_1","item_ids":["a","b"],"kind":"positive"}`, chatkit.ItemFeedback{ThreadID: "thr_1", ItemIDs: []string{"a", "b"}, Kind: "positive"}},
	"attachments.create":         {`{"name":"a.txt","size":3,"mime_type":"text/plain"}`, chatkit.CreateAttachment{Name: "a.txt", Size: 3, MIMEType: "text/plain"}},
	"attachments.delete":         {`{"attachment_id":"atc_1"}`, chatkit.DeleteAttachment{AttachmentID: "atc_1"}},
	"input.transcribe":           {`{"audio_base64":"AA==","mime_type":"audio/mp4"}`, chatkit.Transcribe{AudioBase64: "AA==", MIMEType: "audio/mp4"}},
}

// streamed are the types that are answered by a stream.
var streamed = []string{"threads.create", "threads.add_user_message", "threads.add_client_tool_output", "threads.add_structured_input", "threads.retry_after_item", "threads.custom_action"}

func body(kind, params string) []byte {
	return []byte(`{"type":"` + kind + `","params":` + params + `,"metadata":{},"new_field":1}`)
}

var _ = Describe("A request", func() {
	for kind, form := range wellFormed {
		It("is read when it is "+kind, func() {
			request, err := chatkit.ParseRequest(body(kind, form.params))
			Expect(err).NotTo(HaveOccurred())
			Expect(request).To(Equal(form.want))
			Expect(request.RequestType()).To(Equal(kind))
			isStreamed := false
			for _, s := range streamed {
				isStreamed = isStreamed || s == kind
			}
			Expect(request.Streams()).To(Equal(isStreamed))
		})

		It("of type "+kind+" names a field that is missing, null or of another type", func() {
			var params map[string]any
			Expect(json.Unmarshal([]byte(form.params), &params)).To(Succeed())
			for name, value := range params {
				optional := name == "limit" || name == "order" || name == "after" || name == "payload" ||
					name == "item_id" && strings.HasSuffix(kind, "custom_action")
				for _, wrong := range []any{nil, 7.5, true, "\x00", []any{map[string]any{}}} {
					if name == "result" && wrong != nil || value == nil && wrong == nil {
						continue // any JSON will do
					}
					params[name] = wrong
					if wrong == nil {
						delete(params, name)
					}
					changed, err := json.Marshal(params)
					Expect(err).NotTo(HaveOccurred())
					_, err = chatkit.ParseRequest(body(kind, string(changed)))
					if wrong == nil && optional {
						Expect(err).NotTo(HaveOccurred())
						continue
					}
					var refused *chatkit.RequestError
					Expect(errors.As(err, &refused)).To(BeTrue(), "%s = %v was accepted", name, wrong)
					Expect(refused.Field).To(HavePrefix("params." + name))
				}
				params[name] = value
			}
		})
	}

	DescribeTable("that cannot be read says what is wrong", func(raw, field, message string) {
		request, err := chatkit.ParseRequest([]byte(raw))
		Expect(request).To(BeNil())
		var refused *chatkit.RequestError
		Expect(errors.As(err, &refused)).To(BeTrue())
		Expect(refused.Field).To(Equal(field))
		Expect(refused.Message).To(ContainSubstring(message))
	},
		Entry("nothing", ``, "", "not JSON"),
		Entry("half of it", `{"type":`, "", "not JSON"),
		Entry("two of it", `{} {}`, "", "not JSON"),
		Entry("no UTF-8", "{\"type\":\"\xff\"}", "", "UTF-8"),
		Entry("a list", `[]`, "", "must be an object, not a list"),
		Entry("null", `null`, "", "must be an object, not null"),
		Entry("no type", `{"params":{}}`, "type", "missing"),
		Entry("a type in capitals", `{"Type":"threads.list","params":{}}`, "type", "missing"),
		Entry("a number for a type", `{"type":1,"params":{}}`, "type", "must be a string, not a number"),
		Entry("an unknown type", `{"type":"threads.burn","params":{}}`, "type", `"threads.burn"`),
		Entry("no params", `{"type":"threads.list"}`, "params", "missing"),
		Entry("a list of params", `{"type":"threads.list","params":[]}`, "params", "must be an object"),
		Entry("a text for metadata", `{"type":"threads.list","params":{},"metadata":"x"}`, "metadata", "must be an object"),
		Entry("a limit of 0", `{"type":"items.list","params":{"thread_id":"t","limit":0}}`, "params.limit", "at least 1"),
		Entry("a negative limit", `{"type":"threads.list","params":{"limit":-1}}`, "params.limit", "at least 1"),
		Entry("half a limit", `{"type":"threads.list","params":{"limit":1.5}}`, "params.limit", "whole number"),
		Entry("a limit in words", `{"type":"threads.list","params":{"limit":"20"}}`, "params.limit", "whole number"),
		Entry("an unknown order", `{"type":"threads.list","params":{"order":"up"}}`, "params.order", `asc or desc, not "up"`),
		Entry("an unknown kind", `{"type":"items.feedback","params":{"thread_id":"t","item_ids":[],"kind":"meh"}}`, "params.kind", "positive or negative"),
		Entry("an id that is none", `{"type":"items.feedback","params":{"thread_id":"t","item_ids":["a",2],"kind":"positive"}}`, "params.item_ids[1]", "string"),
		Entry("an unknown part", `{"type":"threads.create","params":{"input":{"content":[{"type":"input_image"}]}}}`, "params.input.content[0].type", "input_text or input_tag"),
		Entry("a part without text", `{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"a"},{"type":"input_text"}]}}}`, "params.input.content[1].text", "missing"),
		Entry("a part that is none", `{"type":"threads.create","params":{"input":{"content":["hi"]}}}`, "params.input.content[0]", "must be an object"),
		Entry("U+0000", `{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"a\u0000b"}]}}}`, "params.input.content[0].text", "U+0000"),
		Entry("a tag's data", `{"type":"threads.create","params":{"input":{"content":[{"type":"input_tag","id":"i","text":"t","data":[]}]}}}`, "params.input.content[0].data", "must be an object"),
		Entry("a tool without id", `{"type":"threads.create","params":{"input":{"content":[],"inference_options":{"tool_choice":{}}}}}`, "params.input.inference_options.tool_choice.id", "missing"),
		Entry("an action without type", `{"type":"threads.custom_action","params":{"thread_id":"t","action":{}}}`, "params.action.type", "missing"),
		Entry("answers in a list", `{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"answers":[]}}}`, "params.input.answers", "must be an object"),
		Entry("an unknown status", `{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"status":"maybe"}}}`, "params.input.status", "answered or skipped"),
		Entry("a negative size", `{"type":"attachments.create","params":{"name":"a","size":-1,"mime_type":"x"}}`, "params.size", "at least 0"),
	)

	It("may write a limit as any whole number", func() {
		for _, limit := range []string{"5", "5.0", "0.5e1"} {
			request, err := chatkit.ParseRequest(body("threads.list", `{"limit":`+limit+`}`))
			Expect(err).NotTo(HaveOccurred())
			Expect(request).To(Equal(chatkit.ListThreads{Paging: chatkit.Paging{Limit: 5, Order: "desc"}}))
		}
	})

	It("may have tags, with data and without", func() {
		request, err := chatkit.ParseRequest(body("threads.create", `{"input":{"content":[
			{"type":"input_tag","id":"1","text":"@milk","data":{"a":1},"group":"g","interactive":true},
			{"type":"input_tag","id":"2","text":"@tea"}],"quoted_text":"q","inference_options":{"model":"m","tool_choice":{"id":"t"}}}}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(request).To(Equal(chatkit.CreateThread{Input: chatkit.UserInput{
			Content: []chatkit.UserContent{
				chatkit.InputTag{ID: "1", Text: "@milk", Data: map[string]any{"a": 1.0}, Group: "g", Interactive: true},
				chatkit.InputTag{ID: "2", Text: "@tea"},
			},
			QuotedText: "q", InferenceOptions: chatkit.InferenceOptions{Model: "m", ToolChoice: &chatkit.ToolChoice{ID: "t"}},
		}}))
	})
})

// FuzzParseRequest holds that any body is read or refused by name, and that what is read keeps the limits.
func FuzzParseRequest(f *testing.F) {
	for kind, form := range wellFormed {
		f.Add(body(kind, form.params))
	}
	f.Add([]byte(`{"type":"items.list","params":{"thread_id":"","limit":1e400}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		request, err := chatkit.ParseRequest(raw)
		if err != nil {
			var refused *chatkit.RequestError
			if !errors.As(err, &refused) || request != nil {
				t.Fatalf("%v and %v", request, err)
			}
			return
		}
		if list, ok := request.(chatkit.ListItems); ok && (list.Limit < 1 || list.Limit > chatkit.MaxItems) {
			t.Fatalf("limit %d", list.Limit)
		}
	})
}
