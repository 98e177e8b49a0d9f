package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/actions"
	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/server"
	"taskpilot/chatcore/store"
)

// book is a tool server with the tasks of one person. It answers a repeat of a key from memory, as toolserver does.
type book struct {
	mu     sync.Mutex
	titles []string
	done   map[string]agent.Outcome
	calls  []agent.ToolRequest
	away   bool          // nothing is answered
	lists  int           // how often the tools are listed yet; 0: always
	lost   bool          // calls act, and their answers get lost
	hold   chan struct{} // when set, add waits for it
	saw    int           // how many add calls began
}

func (b *book) List(context.Context, agent.Caller) ([]agent.Tool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lists--; b.away || b.lists == 0 {
		return nil, agent.ErrUnreachable
	}
	return []agent.Tool{{Name: "add"}, {Name: "drop"}, {Name: "show", ReadOnly: true}}, nil
}

func (b *book) Call(_ context.Context, _ agent.Caller, request agent.ToolRequest) (agent.Outcome, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, request)
	if request.Tool == "add" && b.hold != nil {
		b.saw++
		b.mu.Unlock()
		<-b.hold
		b.mu.Lock()
	}
	if b.away {
		return agent.Outcome{}, agent.ErrUnreachable
	}
	if b.lost {
		b.done[request.Key] = b.act(request)
		return agent.Outcome{}, agent.ErrUnreachable
	}
	if before, ok := b.done[request.Key]; ok && request.Tool != "show" {
		return before, nil
	}
	outcome := b.act(request)
	b.done[request.Key] = outcome
	return outcome, nil
}

func (b *book) act(request agent.ToolRequest) agent.Outcome {
	var arguments struct{ Title, Only string }
	if json.Unmarshal(request.Arguments, &arguments) != nil {
		return agent.Outcome{Failed: true, Code: "invalid", Error: "That is nothing.", Result: json.RawMessage(`{"code":"invalid"}`)}
	}
	switch {
	case request.Tool == "add":
		b.titles = append(b.titles, arguments.Title)
	case request.Tool == "drop" && len(b.titles) == 0:
		return agent.Outcome{Failed: true, Code: "not_found", Error: "It is gone.", Result: json.RawMessage(`{"code":"not_found"}`)}
	case request.Tool == "drop":
		b.titles = b.titles[1:]
	}
	shown := []string{}
	for _, title := range b.titles {
		if arguments.Only == "" || arguments.Only == title {
			shown = append(shown, title)
		}
	}
	result, _ := json.Marshal(object{"titles": shown})
	return agent.Outcome{Result: result}
}

var _ = Describe("An action", func() {
	var (
		tasks *book
		d     *desk
		alice *user
	)
	BeforeEach(func(SpecContext) {
		tasks = &book{done: map[string]agent.Outcome{}}
		d = newDesk(func(s *server.Server) {
			doing := actions.New(s.Conversations.(*store.Store), tasks, s.Turns.(*runs.Manager),
				actions.Config{Lease: time.Hour, Wait: 5 * time.Second}, slog.New(slog.NewJSONHandler(GinkgoWriter, nil)))
			s.Actions = doing
		})
		alice = d.user()
	})
	do := func(ctx context.Context, who *user, in int64, body string, headers ...string) answer {
		GinkgoHelper()
		return who.call(ctx, http.MethodPost, who.path(conversation(in)+"/actions"), body, headers...)
	}
	did := func(ctx context.Context, who *user, in int64, body string, headers ...string) (response api.ActionResponse) {
		GinkgoHelper()
		do(ctx, who, in, body, headers...).into(http.StatusOK, &response)
		return response
	}
	page := func(ctx context.Context, who *user, in int64, query string) (page api.MessagePage) {
		GinkgoHelper()
		who.get(ctx, conversation(in)+"/messages"+query).into(http.StatusOK, &page)
		return page
	}
	on := func(record int64, tool, parameters string) string {
		return fmt.Sprintf(`{"tool":%q,"parameters":%s,"record_id":%d}`, tool, parameters, record)
	}

	It("calls a tool and stands by itself among the messages", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		response := did(ctx, alice, in, `{"tool":"add","parameters":{"title":"Milk"}}`)
		Expect(response.Record).To(BeNil())
		Expect(response.Action).To(And(HaveField("By", "person"), HaveField("RecordID", BeZero())))
		Expect(response.Action.Record).To(And(HaveField("Tool", "add"), HaveField("Status", api.CallExecuted), HaveField("ID", response.Action.ID)))
		Expect(response.Action.Record.Result).To(MatchJSON(`{"titles":["Milk"]}`))
		whole := page(ctx, alice, in, "")
		Expect(whole.Data).To(HaveLen(2))
		Expect(whole.Actions).To(Equal([]api.Action{response.Action}))
		Expect(whole.Actions[0].Position).To(BeNumerically(">", whole.Data[1].Steps[0].Position))
		var three struct{ Messages []object }
		alice.get(ctx, conversation(in)).into(http.StatusOK, &three)
		Expect(three.Messages).To(HaveLen(2), "it is no message")
	})

	It("refreshes the record that was clicked in, and leaves its result alone", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		shown := did(ctx, alice, in, `{"tool":"show"}`).Action.Record
		Expect(shown.Result).To(MatchJSON(`{"titles":[]}`))

		By("asking the record's tool again, which only reads")
		response := did(ctx, alice, in, on(shown.ID, "add", `{"title":"Milk"}`))
		Expect(response.Action.RecordID).To(Equal(shown.ID))
		Expect(response.Record.Result).To(MatchJSON(`{"titles":[]}`))
		Expect(response.Record.Refreshed).To(MatchJSON(`{"titles":["Milk"]}`))
		Expect(response.Record.Revision).To(BeEquivalentTo(1))

		By("taking the result of the record's own tool, and keeping to its parameters from then on")
		did(ctx, alice, in, on(shown.ID, "add", `{"title":"Eggs"}`))
		Expect(did(ctx, alice, in, on(shown.ID, "show", `{"only":"Eggs"}`)).Record.Refreshed).To(MatchJSON(`{"titles":["Eggs"]}`))
		Expect(did(ctx, alice, in, on(shown.ID, "add", `{"title":"Tea"}`)).Record.Refreshed).To(MatchJSON(`{"titles":["Eggs"]}`))

		By("showing the same to whoever reads later")
		Expect(page(ctx, alice, in, "").Actions[0].Record.Refreshed).To(MatchJSON(`{"titles":["Eggs"]}`))
	})

	It("leaves the record as it is while nobody knows how its tool is asked again", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		shown := did(ctx, alice, in, `{"tool":"show"}`).Action.Record
		tasks.lists = 2 // for the action itself, and then no more
		response := did(ctx, alice, in, on(shown.ID, "add", `{"title":"Milk"}`))
		Expect(response.Action.Record.Status).To(Equal(api.CallExecuted))
		Expect(response.Record).To(And(HaveField("Refreshed", BeNil()), HaveField("Revision", BeEquivalentTo(1))))
	})

	It("on something that was done takes what the action says, and only counts where the tool is no more", func(ctx SpecContext) {
		in := alice.began(ctx, "add Milk") // by a tool that is not among those of the action
		record := page(ctx, alice, in, "").Data[1].ToolCalls[0]
		unknown := did(ctx, alice, in, on(record.ID, "add", `{"title":"Eggs"}`))
		Expect(unknown.Record.Refreshed).To(BeNil())
		Expect(unknown.Record.Result).To(MatchJSON(record.Result))
		Expect(page(ctx, alice, in, "").Data[1].Steps[0].ToolCalls[0].Revision).To(BeEquivalentTo(1))

		added := did(ctx, alice, in, `{"tool":"add","parameters":{"title":"Tea"}}`).Action.Record
		dropped := did(ctx, alice, in, on(added.ID, "drop", `{}`))
		Expect(dropped.Record.Refreshed).To(MatchJSON(`{"titles":["Tea"]}`))
		Expect(dropped.Record.Result).To(MatchJSON(`{"titles":["Eggs","Tea"]}`))
	})

	It("whose tool fails says so, and shows what there is", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		shown := did(ctx, alice, in, `{"tool":"show"}`).Action.Record
		tasks.titles = nil
		response := did(ctx, alice, in, on(shown.ID, "drop", `{}`))
		Expect(response.Action.Record).To(And(HaveField("Status", api.CallFailed), HaveField("Code", "not_found"), HaveField("Error", "It is gone.")))
		Expect(response.Record.Refreshed).To(MatchJSON(`{"titles":[]}`))
	})

	DescribeTable("is checked", func(ctx SpecContext, body string, status int, code string) {
		in := alice.began(ctx, "hello")
		do(ctx, alice, in, body).problem(status, code)
		Expect(tasks.calls).To(BeEmpty())
		Expect(page(ctx, alice, in, "").Actions).To(BeEmpty())
	},
		Entry("no JSON", `nope`, 400, "invalid_request"),
		Entry("a list", `[]`, 400, "invalid_request"),
		Entry("no tool", `{}`, 400, "invalid_request"),
		Entry("an empty tool", `{"tool":" "}`, 400, "invalid_request"),
		Entry("a tool of another type", `{"tool":5}`, 400, "invalid_request"),
		Entry("a tool that is not listed", `{"tool":"shutdown"}`, 400, "invalid_request"),
		Entry("parameters that are no object", `{"tool":"add","parameters":[1]}`, 400, "invalid_request"),
		Entry("U+0000 in parameters", `{"tool":"add","parameters":{"title":"a\u0000"}}`, 400, "invalid_request"),
		Entry("half a character in parameters", `{"tool":"add","parameters":{"title":"\ud800"}}`, 400, "invalid_request"),
		Entry("a record that is not there", `{"tool":"add","record_id":77}`, 404, "not_found"),
		Entry("a record that can't be", `{"tool":"add","record_id":-1}`, 404, "not_found"),
		Entry("a record of another type", `{"tool":"add","record_id":"7"}`, 400, "invalid_request"),
	)

	It("finds nothing of another user's or another conversation's", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		other := alice.began(ctx, "hello")
		shown := did(ctx, alice, in, `{"tool":"show"}`).Action.Record
		mallory := d.user()
		theirs := mallory.began(ctx, "hello")
		do(ctx, mallory, in, `{"tool":"show"}`).problem(404, "not_found")
		do(ctx, mallory, theirs, on(shown.ID, "show", `{}`)).problem(404, "not_found")
		do(ctx, alice, other, on(shown.ID, "show", `{}`)).problem(404, "not_found")
		do(ctx, alice, 1<<40, `{"tool":"show"}`).problem(404, "not_found")
	})

	It("is done once for each Idempotency-Key", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		first := did(ctx, alice, in, `{"tool":"add","parameters":{"title":"Milk"}}`, "Idempotency-Key", "k")
		Expect(did(ctx, alice, in, `{"tool":"add","parameters":{"title":"Milk"}}`, "Idempotency-Key", "k")).To(Equal(first))
		do(ctx, alice, in, `{"tool":"add","parameters":{"title":"Eggs"}}`, "Idempotency-Key", "k").problem(409, "key_used")
		Expect(tasks.titles).To(Equal([]string{"Milk"}))
		Expect(d.user().began(ctx, "hello")).NotTo(BeZero())
	})

	It("that nobody knows the end of may be asked for again, and acts once still", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		shown := did(ctx, alice, in, `{"tool":"show"}`).Action.Record
		tasks.lost = true
		lost := did(ctx, alice, in, on(shown.ID, "add", `{"title":"Milk"}`), "Idempotency-Key", "k")
		Expect(lost.Action.Record).To(And(HaveField("Status", api.CallFailed), HaveField("Code", agent.CallUnreachable)))
		Expect(lost.Record.Refreshed).To(BeNil())
		tasks.lost = false
		again := did(ctx, alice, in, on(shown.ID, "add", `{"title":"Milk"}`), "Idempotency-Key", "k")
		Expect(again.Action.ID).NotTo(Equal(lost.Action.ID))
		Expect(again.Action.Record.Status).To(Equal(api.CallExecuted))
		Expect(again.Record.Refreshed).To(MatchJSON(`{"titles":["Milk"]}`))
		Expect(tasks.titles).To(Equal([]string{"Milk"}))
	})

	It("is not accepted while the tools are away", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		tasks.away = true
		do(ctx, alice, in, `{"tool":"add","parameters":{"title":"Eggs"}}`).problem(503, "tools_unreachable")
		Expect(page(ctx, alice, in, "").Actions).To(BeEmpty())
	})

	It("waits for another one on the same record, and for no turn", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		shown := did(ctx, alice, in, `{"tool":"show"}`).Action.Record
		tasks.hold = make(chan struct{})
		ends := make(chan api.ActionResponse, 3)
		start := func(title, key string) {
			go func() {
				defer GinkgoRecover()
				ends <- did(ctx, alice, in, on(shown.ID, "add", fmt.Sprintf(`{"title":%q}`, title)), "Idempotency-Key", key)
			}()
		}
		start("Milk", "a")
		began := func() int {
			tasks.mu.Lock()
			defer tasks.mu.Unlock()
			return tasks.saw
		}
		Eventually(ctx, began).Should(Equal(1))
		start("Milk", "a")
		start("Eggs", "b")
		Consistently(ctx, began).Should(Equal(1), "one after the other, and a double click once")
		close(tasks.hold)
		var revisions []int64
		for range 3 {
			var end api.ActionResponse
			Eventually(ctx, ends).Should(Receive(&end))
			revisions = append(revisions, end.Record.Revision)
		}
		Expect(tasks.titles).To(Equal([]string{"Milk", "Eggs"}))
		Expect(page(ctx, alice, in, "").Actions[0].Record.Revision).To(BeEquivalentTo(2))
		Expect(revisions).To(ContainElement(BeEquivalentTo(2)))
	})

	It("on a record is done while an answer is written, one that stands by itself is not", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		shown := did(ctx, alice, in, `{"tool":"show"}`).Action.Record
		said := make(chan object, 1)
		go func() {
			defer GinkgoRecover()
			said <- alice.say(ctx, "wait for it", in)
		}()
		Eventually(ctx, func() int { return len(page(ctx, alice, in, "").Data) }).Should(Equal(4))
		do(ctx, alice, in, `{"tool":"show"}`).problem(409, "turn_at_work")
		Expect(did(ctx, alice, in, on(shown.ID, "add", `{"title":"Milk"}`)).Record.Refreshed).To(MatchJSON(`{"titles":["Milk"]}`))
		close(d.model.hold)
		Eventually(ctx, said).Should(Receive(HaveKeyWithValue("status", "success")))
	})

	It("makes a message wait for its turn while it stands by itself and is at work", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		tasks.hold = make(chan struct{})
		done := make(chan api.ActionResponse, 1)
		go func() {
			defer GinkgoRecover()
			done <- did(ctx, alice, in, `{"tool":"add","parameters":{"title":"Milk"}}`)
		}()
		Eventually(ctx, func() []api.Action { return page(ctx, alice, in, "").Actions }).Should(HaveLen(1))
		alice.call(ctx, http.MethodPost, alice.path("/chat"), fmt.Sprintf(`{"content":"and?","conversation_id":%d}`, in)).problem(409, "turn_at_work")
		close(tasks.hold)
		Eventually(ctx, done).Should(Receive())
		alice.say(ctx, "and?", in)
	})

	It("goes when what it came behind is answered again, and the model is told of it with what is said next", func(ctx SpecContext) {
		in := alice.began(ctx, "hello")
		question := page(ctx, alice, in, "").Data[0]
		gone := did(ctx, alice, in, `{"tool":"add","parameters":{"title":"Milk"}}`).Action
		Expect(alice.say(ctx, "thanks", in)["response"]).To(And(ContainSubstring("by hand"), ContainSubstring(`add {"title":"Milk"} → ok`)))
		Expect(alice.say(ctx, "again", in)["response"]).NotTo(ContainSubstring("by hand"), "it is told once")
		stream := alice.call(ctx, http.MethodPost, alice.path("/chat"),
			fmt.Sprintf(`{"retry_of":%d,"conversation_id":%d}`, question.ID, in), "Accept", "text/event-stream")
		Expect(stream.StatusCode).To(Equal(200))
		Expect(string(stream.body)).To(ContainSubstring(fmt.Sprintf(`"superseded_actions":[{"id":%d`, gone.ID)))
		Expect(string(stream.body)).To(ContainSubstring("by hand"), "what it did still stands")
		Expect(page(ctx, alice, in, "").Actions).To(BeEmpty())
		do(ctx, alice, in, on(gone.ID, "show", `{}`)).problem(404, "not_found")
	})
})
