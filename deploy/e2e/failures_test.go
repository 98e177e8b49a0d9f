package e2e_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("A model that misbehaves", Ordered, func() {
	var (
		faulty *stack.Stack
		model  *scripted.Endpoint
	)
	BeforeAll(func(ctx SpecContext) {
		faulty, model = scriptedStack(ctx, "RATE_USER=1000", "RATE_ADDRESS=1000", "RATE_TURNS=1000")
	})
	script := func(word string, replies ...scripted.Reply) {
		model.Use(scripted.Rule{When: scripted.When{Said: word}, Replies: replies, Times: -1})
	}
	// ask begins a thread and checks that history agrees with what was streamed.
	ask := func(ctx context.Context, text string) (wire.Page, *wire.Thread, []wire.Object) {
		GinkgoHelper()
		page := pageAt(ctx, faulty, newUser("fay"))
		thread, events := create(ctx, page, text)
		Expect(history(ctx, page, thread.Meta["id"].(string), 3)).To(Equal(thread.Items))
		return page, thread, events
	}
	text := func(words ...string) (chunks []scripted.Chunk) {
		for _, word := range words {
			chunks = append(chunks, scripted.Chunk{Text: word})
		}
		return chunks
	}

	DescribeTable("ends the turn with a stored sentence, and an error only where a retry can help",
		func(ctx SpecContext, replies []scripted.Reply, sentence string, retry bool) {
			script(sentence, replies...)
			_, thread, events := ask(ctx, "please: "+sentence)
			texts := textsOf(thread.Items)
			Expect(texts).NotTo(BeEmpty())
			Expect(texts[len(texts)-1]).To(ContainSubstring(sentence))
			last := events[len(events)-1]
			if !retry {
				Expect(last).NotTo(HaveKeyWithValue("type", "error"))
				return
			}
			Expect(last).To(And(HaveKeyWithValue("type", "error"), HaveKeyWithValue("code", "custom"), HaveKeyWithValue("allow_retry", true)))
		},
		Entry("that is refused", []scripted.Reply{{Status: 401}}, "refused", false),
		Entry("that is overloaded", []scripted.Reply{{Status: 429, RetryAfter: "0"}}, "overloaded", true),
		Entry("that fails", []scripted.Reply{{Status: 500}}, "can't reach", true),
		Entry("that is cut after some words", []scripted.Reply{{Chunks: text("I ", "was ", "going "), CutAfter: 2}}, "cut short", true),
		Entry("that calls tools for ever", []scripted.Reply{scripted.CallTool("list_tasks", `{}`)}, "more steps", false),
		Entry("that keeps sending bad arguments", []scripted.Reply{scripted.CallTool("add_task", `{"title": `)}, "several times in a row", false),
		Entry("that keeps calling a tool that is not there", []scripted.Reply{scripted.CallTool("drop_database", `{}`)}, "several times in a row", false),
		Entry("that says nothing", []scripted.Reply{{}}, "no answer", true),
	)

	It("is asked again while nothing was shown, and nobody notices", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "stumble"}, Replies: []scripted.Reply{
			{Status: 503}, {End: scripted.Dropped}, {Chunks: text("All ", "is ", "well.")},
		}})
		_, thread, events := ask(ctx, "stumble")
		Expect(textsOf(thread.Items)).To(Equal([]string{"All is well."}))
		Expect(typesOf(events)).NotTo(ContainElement("error"))
	})

	It("leaves a history that the next turn can use", func(ctx SpecContext) {
		script("breakdown", scripted.Reply{Chunks: text("Let me see"), Calls: []scripted.Call{
			{Name: "add_task", Arguments: `{"title": "Water the plants"}`}, {Name: "add_task", Arguments: `not json`},
			{Name: "nonsense", Arguments: `{}`},
		}}, scripted.Reply{Chunks: text("half an ans"), CutAfter: 1})
		page, thread, _ := ask(ctx, "breakdown")
		events := say(ctx, page, thread, "Show my tasks") // the endpoint refuses a history that is not well formed
		Expect(typesOf(events)).NotTo(ContainElement("error"))
		Expect(thread.Items[len(thread.Items)-2]).To(HaveKeyWithValue("type", "widget"))
	})

	It("whose calls of one step end in any order is shown in theirs", func(ctx SpecContext) {
		var calls []scripted.Call
		for i := range 6 {
			calls = append(calls, scripted.Call{Name: "add_task", Arguments: fmt.Sprintf(`{"title": "Task %d"}`, i)})
		}
		script("plenty", scripted.Reply{Calls: calls}, scripted.Reply{Chunks: text("That is all.")})
		_, thread, _ := ask(ctx, "plenty")
		Expect(textsOf(thread.Items)).To(HaveExactElements(
			"✓ Task created: Task 0", "✓ Task created: Task 1", "✓ Task created: Task 2",
			"✓ Task created: Task 3", "✓ Task created: Task 4", "✓ Task created: Task 5", "That is all."))
	})

	It("cannot put markup or another user's name into a tool call", func(ctx SpecContext) {
		victim := newUser("victim")
		script("talked into it", scripted.CallTool("add_task", `{"title": "**x** <img src=x onerror=alert(1)>", "user_id": "`+victim+`"}`),
			scripted.CallTool("add_task", `{"title": "**x** <img src=x onerror=alert(1)>"}`), scripted.Reply{Chunks: text("ok")})
		_, thread, _ := ask(ctx, "talked into it")
		Expect(strings.Join(textsOf(thread.Items), "\n")).NotTo(ContainSubstring("**x**"), "Markdown of a title must be escaped")
	})

	It("never shows its key, a token or what anybody said in a log", func(ctx SpecContext) {
		script("xylophone", scripted.Reply{Chunks: text("a zeppelin"), Calls: []scripted.Call{
			{Name: "add_task", Arguments: `{"title": "Polish the xylophone"}`}, {Name: "add_task", Arguments: `{"title": "` + strings.Repeat("xylophone ", 30) + `"}`},
			{Name: "add_task", Arguments: `{"title": "xylophone"`}, {Name: "find_xylophone", Arguments: `{}`},
		}}, scripted.Reply{Status: 400, Body: `{"error": {"message": "no xylophone, no zeppelin", "type": "invalid_request_error"}}`})
		page, thread, _ := ask(ctx, "where is my xylophone")
		id := thread.Meta["id"].(string)
		_, err := page.Call(ctx, "threads.update", wire.Object{"thread_id": id, "title": "xylophone"})
		Expect(err).NotTo(HaveOccurred())
		_, err = page.Call(ctx, "threads.update", wire.Object{"thread_id": id, "title": strings.Repeat("xylophone", 100)})
		Expect(err).To(HaveOccurred())
		_, err = page.Call(ctx, "xylophone", wire.Object{})
		Expect(err).To(HaveOccurred())
		Expect(faulty.Log()).To(ContainSubstring("a turn failed"))
		var leaks []string
		for line := range strings.SplitSeq(faulty.Log(), "\n") {
			for _, word := range []string{"xylophone", "zeppelin", "sk-secret-of-the-model", "eyj"} {
				if strings.Contains(strings.ToLower(line), word) {
					leaks = append(leaks, line)
				}
			}
		}
		Expect(leaks).To(BeEmpty())
	})

	It("obeys the law of stream and history over random turns, retries and clicks", func(ctx SpecContext) {
		dice := newDice(GinkgoRandomSeed())
		model.Answer(dice.reply)
		DeferCleanup(func() { model.Answer(nil) })
		for range 6 {
			page := pageAt(ctx, faulty, newUser("lara"))
			thread, _ := create(ctx, page, "anything")
			for range 4 {
				if dice.sometimes() {
					again(ctx, page, thread, dice.one(asked(thread)))
				} else {
					say(ctx, page, thread, "anything else")
				}
				for range 3 {
					dice.click(ctx, page, thread)
				}
			}
			id := thread.Meta["id"].(string)
			for _, limit := range []int{1, 2, 5, 1000} {
				Expect(history(ctx, page, id, limit)).To(Equal(thread.Items), "seed %d", GinkgoRandomSeed())
			}
		}
	})
})
