package translate_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// update writes the golden streams anew: go test ./adapter/translate -update
var update = flag.Bool("update", false, "write the golden files anew")

var _ = Describe("A turn's stream", func() {
	var stream *translate.Stream
	at := time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)
	started := api.RunStarted{
		RunID:        3,
		Conversation: api.Conversation{ID: 7, Title: "New Conversation", Status: "active", CreatedAt: at},
		UserMessage:  api.Message{ID: 2, Role: api.RoleUser, Content: "Add a task to buy groceries", Position: 1, CreatedAt: at},
	}
	stepHead := api.StepHead{ID: 5, Position: 3, CreatedAt: at.Add(time.Second)}
	task := json.RawMessage(`{"task_id":9,"title":"Buy groceries","completed":false}`)
	running := api.ToolCall{ID: 8, Tool: "add_task", Parameters: json.RawMessage(`{"title":"Buy groceries"}`), Status: api.CallRunning}
	executed := running
	executed.Status, executed.Result = api.CallExecuted, task

	BeforeEach(func() { stream = fresh(bailOut{}).NewStream(translate.Thread) })

	// told gives the frames that the bodies lead to, one JSON text a line.
	told := func(bodies ...api.Body) string {
		GinkgoHelper()
		var lines bytes.Buffer
		for _, body := range bodies {
			for _, event := range stream.Event(body) {
				encoded, err := chatkit.Marshal(event)
				Expect(err).NotTo(HaveOccurred())
				lines.Write(append(encoded, '\n'))
			}
		}
		return lines.String()
	}

	It("is, for a task that is added in a new thread, as its golden file says", func() {
		answer := api.StepHead{ID: 6, Position: 4, CreatedAt: at.Add(2 * time.Second)}
		lines := told(started,
			api.MessageStarted{Step: stepHead}, api.ToolCallStarted{StepID: 5, Record: running}, api.ToolCallFinished{StepID: 5, Record: executed},
			api.MessageCompleted{Step: api.Step{ID: 5, Position: 3, CreatedAt: stepHead.CreatedAt, ToolCalls: []api.ToolCall{executed}}},
			api.MessageStarted{Step: answer}, api.MessageDelta{StepID: 6, Text: "I added "}, api.MessageDelta{StepID: 6, Text: "it."},
			api.MessageCompleted{Step: api.Step{ID: 6, Position: 4, CreatedAt: answer.CreatedAt, Content: "I added it."}},
			api.ConversationUpdated{Conversation: api.Conversation{ID: 7, Title: "Add a task to buy groceries", Status: "active", CreatedAt: at}},
			api.RunCompleted{})
		const path = "testdata/add_task.jsonl"
		if *update {
			Expect(os.WriteFile(path, []byte(lines), 0o600)).To(Succeed())
		}
		Expect(os.ReadFile(path)).To(BeEquivalentTo(lines))
	})

	It("of a message to a thread that is there begins at the message", func() {
		stream = fresh(bailOut{}).NewStream(translate.Message)
		Expect(told(started)).To(HavePrefix(`{"type":"thread.item.done"`))
	})

	Context("when a call finishes before one that stands before it", func() {
		It("holds its item back", func() {
			first, second := executed, executed
			second.Index, second.ID = 1, 9
			told(started, api.MessageStarted{Step: stepHead})
			Expect(told(api.ToolCallFinished{StepID: 5, Record: second})).To(BeEmpty())
			Expect(told(api.ToolCallFinished{StepID: 5, Record: first})).To(And(
				MatchRegexp(`(?s)"msg_5_3_0".*"msg_5_3_1"`), HaveLen(2*len(frameOf(first)))))
		})
	})

	Context("when the stored step is not what was streamed", func() {
		It("replaces what was done", func() {
			told(started, api.MessageStarted{Step: stepHead}, api.MessageDelta{StepID: 5, Text: "Hel"}, api.MessageTextCompleted{StepID: 5})
			Expect(told(api.MessageCompleted{Step: api.Step{ID: 5, Position: 3, CreatedAt: at, Content: "Hello"}})).
				To(And(HavePrefix(`{"type":"thread.item.replaced"`), ContainSubstring(`"Hello"`)))
		})

		It("shows a step whole whose beginning it never saw", func() {
			told(started)
			Expect(told(api.MessageDelta{StepID: 5, Text: "lo"}, api.ToolCallFinished{StepID: 5, Record: executed})).To(BeEmpty())
			Expect(told(api.MessageCompleted{Step: api.Step{ID: 5, Position: 3, CreatedAt: at, Content: "Hello", ToolCalls: []api.ToolCall{executed}}})).
				To(MatchRegexp(`(?s)^\{"type":"thread.item.done".*Hello.*\n\{"type":"thread.item.done".*groceries`))
		})
	})

	DescribeTable("when the turn fails", func(failed api.RunFailed, want string) {
		told(started)
		Expect(told(failed)).To(Equal(want))
	},
		Entry("stored, and it may pass: says that it can be tried again",
			api.RunFailed{Code: "model_cut", Message: "Cut.", Retryable: true, Answer: &api.Message{}},
			`{"type":"error","code":"custom","message":"You can try again.","allow_retry":true}`+"\n"),
		Entry("stored, and it will not pass: says nothing more",
			api.RunFailed{Code: "model_refused", Message: "Refused.", Answer: &api.Message{}}, ""),
		Entry("not stored: carries the sentence",
			api.RunFailed{Code: "internal", Message: "Something went wrong.", Retryable: true},
			`{"type":"error","code":"custom","message":"Something went wrong.","allow_retry":true}`+"\n"),
		Entry("not stored, and it will not pass",
			api.RunFailed{Code: "model_refused", Message: "Refused."},
			`{"type":"error","code":"custom","message":"Refused.","allow_retry":false}`+"\n"),
	)

	It("ends the text that was being said when the turn is stopped", func() {
		told(started, api.MessageStarted{Step: stepHead}, api.MessageDelta{StepID: 5, Text: "Hel"})
		Expect(told(api.RunCancelled{Reason: "stopped"})).To(ContainSubstring(`"thread.item.done"`))
	})

	It("removes what was shown of a step that is begun anew", func() {
		told(started, api.MessageStarted{Step: stepHead}, api.MessageDelta{StepID: 5, Text: "Hel"})
		Expect(told(api.MessageDiscarded{StepID: 5})).To(Equal(`{"type":"thread.item.removed","item_id":"msg_5_3"}` + "\n"))
		Expect(told(api.MessageDiscarded{StepID: 5})).To(BeEmpty())
	})

	It("passes on what stands beside the answer", func() {
		Expect(told(api.Notice{Level: "info", Message: "m", Title: "t"}, api.Effect{Name: "n"}, api.Progress{Text: "p", Icon: "bolt"})).To(Equal(
			`{"type":"notice","level":"info","message":"m","title":"t"}` + "\n" +
				`{"type":"client_effect","name":"n","data":{}}` + "\n" +
				`{"type":"progress_update","text":"p","icon":"bolt"}` + "\n"))
	})

	DescribeTable("shows a notice's words as they are: a tool's Markdown means nothing", func(message, shown string) {
		events := stream.Event(api.Notice{Level: "warning", Message: message, Title: "a\nb"})
		Expect(events).To(Equal([]chatkit.Event{chatkit.Notice{Level: "warning", Message: shown, Title: "a b"}}))
	},
		Entry("words", "From yesterday.", "From yesterday."),
		Entry("a link", "[Sign in](https://evil.example)", `\[Sign in\](https://evil.example)`),
		Entry("an image", "![x](https://evil.example/?leak)", `!\[x\](https://evil.example/?leak)`),
		Entry("markup", "<b>*loud*</b>", `\<b\>\*loud\*\</b\>`),
		Entry("a heading", "# Big", `\# Big`),
		Entry("a list", "- one\n- two", `\- one - two`),
		Entry("a numbered list", "12. twelve", `12\. twelve`),
		Entry("a number", "12.5 degrees", `12.5 degrees`),
		Entry("what turns the direction around", "a\u202Eb\x00c", "abc"),
	)
})

// frameOf is the frame of a finished call's item, for its length.
func frameOf(record api.ToolCall) string {
	stream := fresh(bailOut{}).NewStream(translate.Thread)
	stream.Event(api.RunStarted{Conversation: api.Conversation{ID: 7}})
	stream.Event(api.MessageStarted{Step: api.StepHead{ID: 5, Position: 3, CreatedAt: time.Date(2026, 11, 22, 10, 30, 1, 0, time.UTC)}})
	events := stream.Event(api.ToolCallFinished{StepID: 5, Record: record})
	encoded, err := chatkit.Marshal(events[0])
	Expect(err).NotTo(HaveOccurred())
	return string(encoded) + "\n"
}

// bailOut fails the spec that is running.
type bailOut struct{}

func (bailOut) Fatal(what ...any) { Fail("setting up", 1); _ = what }

var _ = Describe("What the person said", func() {
	It("is its parts in one piece, tags as their text", func() {
		Expect(translate.Text(chatkit.UserInput{Content: []chatkit.UserContent{
			chatkit.InputText{Text: "Finish "}, chatkit.InputTag{ID: "1", Text: "@milk"}, chatkit.InputText{Text: " now"},
		}})).To(Equal("Finish @milk now"))
	})
})

var _ = Describe("A thread", func() {
	It("has its conversation's status, with the reason", func() {
		t := fresh(bailOut{})
		Expect(t.Thread(api.Conversation{ID: 1, Status: "locked", StatusReason: "r"}).Status).To(Equal(chatkit.ThreadStatus{Type: "locked", Reason: "r"}))
		Expect(t.Thread(api.Conversation{ID: 1, Status: "new one"}).Status).To(Equal(chatkit.ThreadStatus{}))
	})
})
