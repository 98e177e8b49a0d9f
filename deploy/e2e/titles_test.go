package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("A title that a model words", Ordered, func() {
	var (
		at    *stack.Stack
		model *scripted.Endpoint
	)
	BeforeAll(func(ctx SpecContext) {
		at, model = scriptedStack(ctx, "TITLE_MODEL=small-model", "TURN_LEASE=1s")
	})
	BeforeEach(func() { model.Reset() })

	forTitles := scripted.When{History: "You name conversations."}
	titled := func(replies ...scripted.Reply) {
		model.Use(scripted.Rule{When: forTitles, Replies: replies, Times: -1})
	}
	// asked are the requests for titles.
	asked := func() (bodies []wire.Object) {
		for _, request := range model.Requests() {
			if strings.Contains(string(request.Body), forTitles.History) {
				var body wire.Object
				Expect(json.Unmarshal(request.Body, &body)).To(Succeed())
				bodies = append(bodies, body)
			}
		}
		return bodies
	}
	// told are the titles that a stream tells of, in order.
	told := func(events []wire.Object) (titles []any) {
		for _, event := range events {
			if thread, ok := event["thread"].(wire.Object); ok {
				titles = append(titles, thread["title"])
			}
		}
		return titles
	}
	listed := func(ctx context.Context, page wire.Page) any {
		GinkgoHelper()
		list, err := page.Call(ctx, "threads.list", wire.Object{})
		Expect(err).NotTo(HaveOccurred())
		Expect(list["data"]).To(HaveLen(1))
		return list["data"].([]any)[0].(wire.Object)["title"]
	}

	It("is told at the end of the first turn, and costs one small request", func(ctx SpecContext) {
		titled(scripted.Say("**“Weekend", " groceries”**\n"))
		page := pageAt(ctx, at, newUser("tina"))
		thread, events := create(ctx, page, "Add a task to buy groceries for the weekend")
		Expect(told(events)).To(HaveExactElements("Add a task to buy groceries for the weekend", "Add a task to buy groceries for the weekend", "Weekend groceries"))
		Expect(events[len(events)-1]).To(HaveKeyWithValue("type", "thread.updated"))
		Expect(listed(ctx, page)).To(Equal("Weekend groceries"))
		say(ctx, page, thread, "Show my tasks")
		Expect(asked()).To(HaveExactElements(And(
			HaveKeyWithValue("model", "small-model"), HaveKeyWithValue("max_completion_tokens", 256.0), Not(HaveKey("tools")),
		)))
	})

	It("keeps a stream for no longer than a moment, and comes all the same", func(ctx SpecContext) {
		titled(scripted.Reply{Gate: "late", Chunks: []scripted.Chunk{{Text: "Weekend groceries"}}})
		page := pageAt(ctx, at, newUser("tina"))
		_, events := create(ctx, page, "Add a task to buy groceries")
		Expect(told(events)).To(HaveEach("Add a task to buy groceries"))
		Expect(listed(ctx, page)).To(Equal("Add a task to buy groceries"))
		model.Open("late")
		Eventually(ctx, func() any { return listed(ctx, page) }).Should(Equal("Weekend groceries"))
	})

	It("gives way to the title that the person gave meanwhile", func(ctx SpecContext) {
		titled(scripted.Reply{Gate: "rename", Chunks: []scripted.Chunk{{Text: "Weekend groceries"}}})
		page := pageAt(ctx, at, newUser("tina"))
		thread, _ := create(ctx, page, "Add a task to buy groceries")
		_, err := page.Call(ctx, "threads.update", wire.Object{"thread_id": thread.Meta["id"], "title": "Mine"})
		Expect(err).NotTo(HaveOccurred())
		model.Open("rename")
		Eventually(ctx, model.Requests).Should(HaveEach(HaveField("Ended", scripted.Answered)))
		say(ctx, page, thread, "Show my tasks")
		Expect(listed(ctx, page)).To(Equal("Mine"))
	})

	DescribeTable("that is none leaves the first message's", func(ctx SpecContext, reply scripted.Reply) {
		titled(reply)
		page := pageAt(ctx, at, newUser("tina"))
		_, events := create(ctx, page, "Add a task to buy groceries")
		Expect(told(events)).To(HaveEach("Add a task to buy groceries"))
		Expect(listed(ctx, page)).To(Equal("Add a task to buy groceries"))
		Expect(asked()).To(HaveLen(1))
	},
		Entry("for the endpoint fails", scripted.Fail(500)), Entry("for the endpoint is overloaded", scripted.Fail(429)),
		Entry("for it is cut", scripted.Reply{Chunks: []scripted.Chunk{{Text: "Weekend"}}, End: scripted.Cut}),
		Entry("for it has no end", scripted.Reply{Chunks: []scripted.Chunk{{Text: "Weekend"}}, FinishReason: "length"}),
		Entry("for it is an answer", scripted.Say(strings.Repeat("Sure, I will add that for you. ", 10))),
		Entry("for it is nothing", scripted.Say(" \n")),
	)

	It("is asked for again by whoever takes the turn over, and told then", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: forTitles, Replies: []scripted.Reply{{Gate: "never"}}})
		titled(scripted.Say("Weekend groceries"))
		model.Use(scripted.Rule{When: scripted.When{Said: "groceries"}, Times: -1, Replies: []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "All "}, {Text: "right.", Gate: "answer"}}}}})
		user := newUser("tina")
		token, err := at.Token(ctx, user, "")
		Expect(err).NotTo(HaveOccurred())
		caller := service{user: user, token: token, at: at}
		var run int64
		for event, err := range api.Decode(caller.send(ctx, "POST", "/chat", wire.Object{"content": "Remember groceries"}, "text/event-stream").Body) {
			Expect(err).NotTo(HaveOccurred())
			if started, ok := event.Body.(api.RunStarted); ok {
				run = started.RunID
			}
			if _, ok := event.Body.(api.MessageDelta); ok {
				break
			}
		}
		Eventually(ctx, func() int { return model.Waiting("never") }).Should(Equal(1))
		Expect(syscall.Kill(at.Chatcore.PID, syscall.SIGKILL)).To(Succeed())
		model.Open("answer")
		var titles []string
		Eventually(ctx, func() error {
			Expect(at.Read()).To(Succeed())
			return caller.try(ctx, "GET", fmt.Sprintf("/runs/%d", run), &api.RunStatus{})
		}).WithTimeout(testPatience).Should(Succeed())
		for event, err := range api.Decode(caller.follow(ctx, run, "").Body) {
			Expect(err).NotTo(HaveOccurred())
			if updated, ok := event.Body.(api.ConversationUpdated); ok {
				titles = append(titles, updated.Conversation.Title)
			}
		}
		Expect(titles).To(Equal([]string{"Remember groceries", "Weekend groceries"}))
		Expect(asked()).To(HaveLen(2))
	})
})
