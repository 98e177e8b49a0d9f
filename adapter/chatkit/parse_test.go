package chatkit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
)

// wellFormed is what the golden file of each request is read as.
var wellFormed = map[string]chatkit.Request{
	"threads.create": chatkit.CreateThread{Input: chatkit.UserInput{
		Content: []chatkit.UserContent{
			chatkit.InputText{Text: "Is "},
			chatkit.InputTag{ID: "1", Text: "@milk", Data: chatkit.RawObject(`{"a":1}`), Group: "tasks", Interactive: true},
			chatkit.InputTag{ID: "2", Text: "@tea"},
		},
		Attachments: []string{"atc_1"}, QuotedText: "what was said",
		InferenceOptions: chatkit.InferenceOptions{Model: "small", ToolChoice: &chatkit.ToolChoice{ID: "search"}},
	}},
	"threads.add_user_message": chatkit.AddUserMessage{ThreadID: "thr_1", Input: chatkit.UserInput{
		Content: []chatkit.UserContent{chatkit.InputText{Text: "hi"}}, Attachments: []string{},
	}},
	"threads.add_client_tool_output": chatkit.AddClientToolOutput{ThreadID: "thr_1", Result: json.RawMessage(`{"a":[1]}`)},
	"threads.add_structured_input": chatkit.AddStructuredInput{
		ThreadID: "thr_1", ItemID: "msg_1_1_0", Status: "answered",
		Answers: map[string]chatkit.Answer{"q1": {Values: []string{"a"}}, "q2": {Values: []string{}, Skipped: true}},
	},
	"threads.retry_after_item": chatkit.RetryAfterItem{ThreadID: "thr_1", ItemID: "msg_1_1"},
	"threads.custom_action": chatkit.CustomAction{ActionParams: chatkit.ActionParams{
		ThreadID: "thr_1", ItemID: "msg_1_2_0", Action: chatkit.Action{Type: "go", Payload: json.RawMessage(`[1]`)},
	}},
	"threads.sync_custom_action": chatkit.SyncCustomAction{ActionParams: chatkit.ActionParams{
		ThreadID: "thr_1", ItemID: "msg_1_2_0", Action: chatkit.Action{Type: "go"},
	}},
	"threads.get_by_id":  chatkit.GetThread{ThreadID: "thr_1"},
	"threads.list":       chatkit.ListThreads{Paging: chatkit.Paging{Limit: 9999, Order: "asc", After: "thr_1"}},
	"threads.update":     chatkit.UpdateThread{ThreadID: "thr_1", Title: "T"},
	"threads.delete":     chatkit.DeleteThread{ThreadID: "thr_1"},
	"items.list":         chatkit.ListItems{ThreadID: "thr_1", Paging: chatkit.Paging{Limit: 5, Order: "desc", After: "msg_1_2_0"}},
	"items.feedback":     chatkit.ItemFeedback{ThreadID: "thr_1", ItemIDs: []string{"a", "b"}, Kind: "positive"},
	"attachments.create": chatkit.CreateAttachment{Name: "a.txt", Size: 3, MIMEType: "text/plain"},
	"attachments.delete": chatkit.DeleteAttachment{AttachmentID: "atc_1"},
	"input.transcribe":   chatkit.Transcribe{AudioBase64: "AA==", MIMEType: "audio/webm;codecs=opus"},
}

// goldenParams are the parameters in a request's golden file, which is a whole request.
func goldenParams(kind string) (whole []byte, params map[string]any) {
	indented, err := os.ReadFile(filepath.Join("testdata", "requests", kind+".json"))
	if err != nil {
		panic(err)
	}
	var compact bytes.Buffer
	var request struct{ Params map[string]any }
	if err := errors.Join(json.Compact(&compact, indented), json.Unmarshal(indented, &request)); err != nil {
		panic(err)
	}
	return compact.Bytes(), request.Params
}

// streamed are the types that are answered by a stream.
var streamed = []string{"threads.create", "threads.add_user_message", "threads.add_client_tool_output", "threads.add_structured_input", "threads.retry_after_item", "threads.custom_action"}

func body(kind, params string) []byte {
	return []byte(`{"type":"` + kind + `","params":` + params + `,"metadata":{},"new_field":1}`)
}

var _ = Describe("A request", func() {
	for kind, want := range wellFormed {
		It("is read when it is "+kind, func() {
			whole, _ := goldenParams(kind)
			request, err := chatkit.ParseRequest(whole)
			Expect(err).NotTo(HaveOccurred())
			Expect(request).To(Equal(want))
			Expect(request.RequestType()).To(Equal(kind))
			isStreamed := false
			for _, s := range streamed {
				isStreamed = isStreamed || s == kind
			}
			Expect(request.Streams()).To(Equal(isStreamed))
		})

		It("of type "+kind+" names a field that is missing, null or of another type", func() {
			_, params := goldenParams(kind)
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

	DescribeTable("tells its type before it is whole", func(beginning, kind string) {
		Expect(chatkit.TypeOf([]byte(beginning))).To(Equal(kind))
	},
		Entry("first", `{"type":"input.transcribe","params":{"audio_base64":"AAA`, "input.transcribe"),
		Entry("behind what is whole", `{"metadata":{"type":"x"},"type":"threads.list","par`, "threads.list"),
		Entry("not behind what is not", `{"params":{"audio_base64":"AAA`, ""),
		Entry("last", `{"params":{"type":"x"},"type":"input.transcribe"}`, "input.transcribe"),
		Entry("not when it is cut", `{"type":"input.tr`, ""), Entry("not when it is no text", `{"type":1}`, ""),
		Entry("not when there is none", `{}`, ""), Entry("not in a list", `["type"]`, ""), Entry("not in nothing", ``, ""),
	)

	It("may write a limit as any whole number", func() {
		for _, limit := range []string{"5", "5.0", "0.5e1"} {
			request, err := chatkit.ParseRequest(body("threads.list", `{"limit":`+limit+`}`))
			Expect(err).NotTo(HaveOccurred())
			Expect(request).To(Equal(chatkit.ListThreads{Paging: chatkit.Paging{Limit: 5, Order: "desc"}}))
		}
	})

	It("may have null for what may be absent", func() {
		request, err := chatkit.ParseRequest(body("items.list", `{"thread_id":"thr_1","limit":null,"order":null,"after":null}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(request).To(Equal(chatkit.ListItems{ThreadID: "thr_1", Paging: chatkit.Paging{Limit: 20, Order: "desc"}}))
		request, err = chatkit.ParseRequest(body("threads.custom_action", `{"thread_id":"thr_1","item_id":null,"action":{"type":"go","payload":null}}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(request).To(Equal(chatkit.CustomAction{ActionParams: chatkit.ActionParams{ThreadID: "thr_1", Action: chatkit.Action{Type: "go"}}}))
	})

	It("has a golden file and a parser for each type", func() {
		Expect(chatkit.Requests()).To(HaveLen(len(wellFormed)))
		answers := chatkit.NewProtocol().Answers
		for _, request := range chatkit.Requests() {
			Expect(wellFormed).To(HaveKey(request.RequestType()))
			_, whole := answers[request.RequestType()]
			Expect(whole).To(Equal(!request.Streams()), "%s has an answer's shape", request.RequestType())
		}
	})
})

// FuzzParseRequest holds that any body is read or refused by name, and that what is read keeps the limits.
func FuzzParseRequest(f *testing.F) {
	for kind := range wellFormed {
		whole, _ := goldenParams(kind)
		f.Add(whole)
	}
	f.Add([]byte(`{"type":"items.list","params":{"thread_id":"","limit":1e400}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		chatkit.TypeOf(raw[:len(raw)/2])
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
