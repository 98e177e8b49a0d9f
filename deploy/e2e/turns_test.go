package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("A turn", Ordered, func() {
	var (
		at    *stack.Stack
		model *scripted.Endpoint
	)
	BeforeAll(func(ctx SpecContext) {
		at, model = scriptedStack(ctx, "TURN_LEASE=1s", "DISCONNECT_GRACE=1s")
	})
	serviceAt := func(ctx context.Context, user string) service {
		GinkgoHelper()
		token, err := at.Token(ctx, user, "")
		Expect(err).NotTo(HaveOccurred())
		return service{user: user, token: token, at: at}
	}
	// gated lets a message containing word be answered by "one two " and, once the gate is open, "three".
	gated := func(word string) {
		model.Use(scripted.Rule{When: scripted.When{Said: word}, Times: -1, Replies: []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "one "}, {Text: "two "}, {Text: "three", Gate: word}}}}})
	}
	// begin sends a message and reads the stream up to the first event that fits.
	begin := func(ctx context.Context, caller service, body wire.Object, until func(api.Body) bool) (started api.RunStarted, response *http.Response) {
		GinkgoHelper()
		response = caller.send(ctx, "POST", "/chat", body, "text/event-stream")
		Expect(response).To(HaveHTTPStatus(200))
		for event, err := range api.Decode(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			if body, ok := event.Body.(api.RunStarted); ok {
				started = body
			}
			if until(event.Body) {
				break
			}
		}
		return started, response
	}
	saidTwo := func(b api.Body) bool {
		delta, ok := b.(api.MessageDelta)
		return ok && strings.Contains(delta.Text, "two")
	}
	follow := func(ctx context.Context, caller service, run int64, after string) (events []api.Event) {
		GinkgoHelper()
		response := caller.follow(ctx, run, after)
		Expect(response).To(HaveHTTPStatus(200))
		for event, err := range api.Decode(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			events = append(events, event)
		}
		return events
	}
	messages := func(ctx context.Context, caller service, conversation int64) (page api.MessagePage) {
		GinkgoHelper()
		Expect(caller.json(ctx, "GET", fmt.Sprintf("/conversations/%d/messages", conversation), nil, &page)).To(Equal(200))
		return page
	}

	It("keeps what was said when it is stopped", func(ctx SpecContext) {
		gated("halt")
		caller := serviceAt(ctx, newUser("tess"))
		started, _ := begin(ctx, caller, wire.Object{"content": "halt"}, saidTwo)
		Expect(caller.send(ctx, "POST", fmt.Sprintf("/runs/%d/cancel", started.RunID), nil, "")).To(HaveHTTPStatus(204))
		events := follow(ctx, caller, started.RunID, "")
		Expect(events[len(events)-1].Body).To(BeAssignableToTypeOf(api.RunCancelled{}))
		page := messages(ctx, caller, started.Conversation.ID)
		Expect(page.Data).To(HaveLen(2))
		Expect(page.Data[1].State).To(Equal(api.StateStopped))
		Expect(page.Data[1].Content).To(HavePrefix("one two "))
		Expect(caller.send(ctx, "POST", fmt.Sprintf("/runs/%d/cancel", started.RunID), nil, "")).To(HaveHTTPStatus(204), "twice is fine")
		Expect(caller.send(ctx, "POST", "/runs/7/cancel", nil, "")).To(HaveHTTPStatus(404))
	})

	It("is refused while another is at work", func(ctx SpecContext) {
		gated("busy")
		caller := serviceAt(ctx, newUser("tess"))
		started, _ := begin(ctx, caller, wire.Object{"content": "busy"}, saidTwo)
		var problem map[string]any
		Expect(caller.json(ctx, "POST", "/chat", wire.Object{"content": "and?", "conversation_id": started.Conversation.ID}, &problem)).To(Equal(409))
		Expect(problem).To(HaveKeyWithValue("code", "turn_at_work"))
		model.Open("busy")
	})

	It("is stopped when its page left and did not come back, and goes on when it did", func(ctx SpecContext) {
		gated("leave")
		gated("return")
		caller := serviceAt(ctx, newUser("tess"))
		left, response := begin(ctx, caller, wire.Object{"content": "leave"}, saidTwo)
		Expect(response.Body.Close()).To(Succeed())
		back, response := begin(ctx, caller, wire.Object{"content": "return"}, saidTwo)
		Expect(response.Body.Close()).To(Succeed())
		for _, run := range []int64{left.RunID, back.RunID} {
			Expect(caller.send(ctx, "POST", fmt.Sprintf("/runs/%d/reader-left", run), nil, "")).To(HaveHTTPStatus(204))
		}
		Expect(messages(ctx, caller, back.Conversation.ID).Data[1].State).To(Equal(api.StateRunning)) // the page reads: it is back
		Eventually(ctx, func() string { return caller.run(ctx, left.RunID).State }).Should(Equal(api.StateStopped))
		model.Open("return")
		Eventually(ctx, func() string { return caller.run(ctx, back.RunID).State }).Should(Equal(api.StateDone))
		Expect(messages(ctx, caller, back.Conversation.ID).Data[1].Content).To(Equal("one two three"))
	})

	It("whose page left makes way for what the person says next", func(ctx SpecContext) {
		gated("never mind")
		caller := serviceAt(ctx, newUser("tess"))
		left, response := begin(ctx, caller, wire.Object{"content": "never mind"}, saidTwo)
		Expect(response.Body.Close()).To(Succeed())
		Expect(caller.send(ctx, "POST", fmt.Sprintf("/runs/%d/reader-left", left.RunID), nil, "")).To(HaveHTTPStatus(204))
		var answer api.ChatResponse
		Expect(caller.json(ctx, "POST", "/chat", wire.Object{"content": "hello", "conversation_id": left.Conversation.ID}, &answer)).To(Equal(200))
		Expect(answer.Status).To(Equal("success"))
		page := messages(ctx, caller, left.Conversation.ID)
		Expect(page.Data).To(HaveLen(4))
		Expect(page.Data[1].State).To(Equal(api.StateStopped))
	})

	It("can be followed again from every event, while it runs and when it has ended", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "follow me"}, Times: -1, Replies: []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "I "}, {Text: "begin. "}}, Calls: []scripted.Call{
				{Name: "add_task", Arguments: `{"title": "One"}`}, {Name: "add_task", Arguments: `{"title": "Two"}`}}},
			{Chunks: []scripted.Chunk{{Text: "Dø"}, {Text: "ne", Gate: "follow me"}}},
		}})
		caller := serviceAt(ctx, newUser("tess"))
		started, response := begin(ctx, caller, wire.Object{"content": "follow me"}, func(b api.Body) bool {
			delta, ok := b.(api.MessageDelta)
			return ok && delta.Text == "Dø"
		})
		Expect(response.Body.Close()).To(Succeed())
		live := caller.follow(ctx, started.RunID, "")
		model.Open("follow me")
		var all []api.Event
		for event, err := range api.Decode(live.Body) {
			Expect(err).NotTo(HaveOccurred())
			all = append(all, event)
		}
		end := all[len(all)-1]
		Expect(caller.follow(ctx, started.RunID, end.ID)).To(HaveHTTPStatus(204))
		for i, event := range all[:len(all)-1] {
			rest := follow(ctx, caller, started.RunID, event.ID)
			Expect(flat(rest)).To(Equal(flat(all[i+1:])), "after %s", event.ID)
		}
	})

	It("is answered again without losing what there was", func(ctx SpecContext) {
		caller := serviceAt(ctx, newUser("tess"))
		var first api.ChatResponse
		caller.json(ctx, "POST", "/chat", wire.Object{"content": "Add a task to buy milk"}, &first)
		before := messages(ctx, caller, first.ConversationID)
		started, _ := begin(ctx, caller, wire.Object{"conversation_id": first.ConversationID, "retry_of": before.Data[0].ID}, api.Ends)
		Expect(started.UserMessage.ID).To(Equal(before.Data[0].ID))
		Expect(started.Superseded).To(HaveLen(1))
		after := messages(ctx, caller, first.ConversationID)
		Expect(after.Data).To(HaveLen(2))
		Expect(after.Data[1].ID).NotTo(Equal(before.Data[1].ID))
		Expect(after.Conversation.MessageCount).To(Equal(2))
		requests := model.Requests()
		Expect(string(requests[len(requests)-1].Body)).To(ContainSubstring("earlier attempt"))
		var problem map[string]any
		Expect(caller.json(ctx, "POST", "/chat", wire.Object{"conversation_id": first.ConversationID, "retry_of": before.Data[1].ID}, &problem)).To(Equal(404))
	})

	It("is begun once for each Idempotency-Key", func(ctx SpecContext) {
		caller := serviceAt(ctx, newUser("tess"))
		caller.key = "k-1"
		var first, again api.ChatResponse
		Expect(caller.json(ctx, "POST", "/chat", wire.Object{"content": "Add a task to buy milk"}, &first)).To(Equal(200))
		Expect(caller.json(ctx, "POST", "/chat", wire.Object{"content": "Add a task to buy milk"}, &again)).To(Equal(200))
		Expect(again).To(Equal(first))
		var problem map[string]any
		Expect(caller.json(ctx, "POST", "/chat", wire.Object{"content": "Add a task to buy eggs"}, &problem)).To(Equal(409))
		Expect(problem).To(HaveKeyWithValue("code", "key_used"))
	})

	It("is joined by the same request sent again, unless its end was seen", func(ctx SpecContext) {
		gated("guarded")
		caller := serviceAt(ctx, newUser("tess"))
		body := wire.Object{"content": "guarded", "resend_guard": "g-1"}
		first, response := begin(ctx, caller, body, saidTwo)
		Expect(response.Body.Close()).To(Succeed())
		joined, _ := begin(ctx, caller, body, saidTwo)
		Expect(joined.RunID).To(Equal(first.RunID))
		model.Open("guarded")
		Eventually(ctx, func() string { return caller.run(ctx, first.RunID).State }).Should(Equal(api.StateDone))
		Expect(messages(ctx, caller, first.Conversation.ID).Data).To(HaveLen(2)) // it was read: its end is seen
		other, _ := begin(ctx, caller, body, api.Ends)
		Expect(other.RunID).NotTo(Equal(first.RunID))
	})

	It("goes on when its process is killed, in the middle of a text and before a call's answer", func(ctx SpecContext) {
		gated("crash")
		caller := serviceAt(ctx, newUser("tess"))
		started, response := begin(ctx, caller, wire.Object{"content": "crash"}, saidTwo)
		Expect(at.Read()).To(Succeed())
		before := at.Chatcore.PID
		Expect(syscall.Kill(before, syscall.SIGKILL)).To(Succeed())
		_, _ = io.Copy(io.Discard, response.Body)
		model.Open("crash")
		Eventually(ctx, func() int {
			Expect(at.Read()).To(Succeed())
			return at.Chatcore.PID
		}).ShouldNot(Equal(before))
		Eventually(ctx, func() (page api.MessagePage) {
			_ = caller.try(ctx, "GET", fmt.Sprintf("/conversations/%d/messages", started.Conversation.ID), &page)
			return page
		}).WithTimeout(testPatience).Should(HaveField("Data", HaveExactElements(HaveField("Role", "user"), HaveField("Content", "one two three"))))
	})
})

// flat makes events comparable: texts come in other pieces the second time.
func flat(events []api.Event) []string {
	var lines []string
	text := ""
	for _, event := range events {
		if delta, ok := event.Body.(api.MessageDelta); ok {
			text += delta.Text
			continue
		}
		lines = append(lines, text, event.ID+" "+event.Body.EventType())
		text = ""
	}
	return lines
}
