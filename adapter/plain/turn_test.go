package plain_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("A service with the three lines", func() {
	var s *service
	BeforeEach(func() { s = newService() })

	DescribeTable("streams what its history shows", func(ctx SpecContext, change func(*service)) {
		change(s)
		page := adapter(s)
		thread, events := create(ctx, page, "Add a task to buy groceries, please, and tell me all about it afterwards")
		Expect(types(events)[:3]).To(Equal([]string{"thread.created", "thread.item.done", "stream_options"}))
		Expect(say(ctx, page, thread, "yes")).NotTo(BeEmpty())
		say(ctx, page, thread, "yes")
		Expect(s.said()).To(HaveLen(3))
		holdsLaw(ctx, adapter(s), thread)
		ids := map[any]bool{}
		for _, item := range thread.Items {
			ids[item["id"]] = true
		}
		Expect(ids).To(HaveLen(len(thread.Items)))
	},
		Entry("as it is", func(*service) {}),
		Entry("with texts for ids", func(s *service) { s.id = func(n int) any { return fmt.Sprintf("Conv/ä_%d", n) } }),
		Entry("with uuids", func(s *service) {
			s.id = func(n int) any { return fmt.Sprintf("550e8400-e29b-41d4-a716-44665544%04d", n) }
		}),
		Entry("with texts of digits", func(s *service) { s.id = func(n int) any { return fmt.Sprint(n) } }),
		Entry("with huge numbers", func(s *service) {
			s.id = func(n int) any { return json.Number(fmt.Sprintf("98765432109876543%03d", n)) }
		}),
		Entry("with times in other forms", func(s *service) { s.time = func() any { return time.Now().UTC().Format("2006-01-02 15:04:05") } }),
		Entry("with times as numbers", func(s *service) { s.time = func() any { return time.Now().Unix() } }),
		Entry("without times", func(s *service) { s.time = func() any { return nil } }),
		Entry("with tool calls", func(s *service) { s.calls = raw(shapes) }),
		Entry("with an empty list of calls", func(s *service) { s.calls = raw(`[]`) }),
		Entry("with a long answer", func(s *service) {
			s.answer = func(string) string { return strings.Repeat("Zürich 東京の天気 ", 5000) }
		}),
		Entry("slowly", func(s *service) {
			s.before = func(http.ResponseWriter, *http.Request) { time.Sleep(150 * time.Millisecond) }
		}),
	)

	It("gets ids back with the type that they came with", func(ctx SpecContext) {
		for _, id := range []any{"7", json.Number("7"), "a b", json.Number("98765432109876543210")} {
			s.id = func(int) any { return id }
			s.talks, s.posts = nil, nil
			page := adapter(s)
			thread, _ := create(ctx, page, "hi")
			say(ctx, page, thread, "more")
			Expect(s.said()[0]).NotTo(HaveKey("conversation_id"))
			Expect(s.said()[1]).To(HaveKeyWithValue("conversation_id", id))
		}
	})

	It("shows at once that it works, where the conversation is known", func(ctx SpecContext) {
		page := adapter(s)
		thread, _ := create(ctx, page, "hi")
		s.before = func(http.ResponseWriter, *http.Request) { time.Sleep(150 * time.Millisecond) }
		events := say(ctx, page, thread, "more")
		Expect(types(events)[:3]).To(Equal([]string{"thread.item.done", "stream_options", "progress_update"}))
		Expect(events[1]["stream_options"]).To(HaveKeyWithValue("allow_cancel", false))
		Expect(types(events)).To(ContainElement("thread.item.replaced"), "the service stores another time than ours")
		holdsLaw(ctx, adapter(s), thread)
	})

	It("shows what tasks' tools did as it is always shown", func(ctx SpecContext) {
		s.calls = raw(shapes)
		thread, _ := create(ctx, adapter(s), "hi")
		var lines []any
		for _, item := range thread.Items {
			if item["type"] == "assistant_message" {
				lines = append(lines, item["content"].([]any)[0].(wire.Object)["text"])
			}
		}
		Expect(lines).To(Equal([]any{
			"✓ Task created: Buy groceries", "✓ Task completed: Call mom", "↺ Task reopened: Call mom", "✓ Task deleted: Old", "That didn't work (get\\_weather). Please try again.", "You said: hi",
		}))
		cards, workflows := 0, 0
		for _, item := range thread.Items {
			switch item["type"] {
			case "widget":
				cards++
				encoded, _ := json.Marshal(item)
				Expect(string(encoded)).To(And(ContainSubstring("Your tasks: 1 open, 1 done"), Not(ContainSubstring("onClickAction")), Not(ContainSubstring("Form"))))
			case "workflow":
				workflows++
			}
		}
		Expect(cards).To(Equal(2))
		Expect(workflows).To(Equal(1))
	})

	It("lets a message be answered whose page left", func(ctx SpecContext) {
		page := adapter(s)
		thread, _ := create(ctx, page, "hi")
		arrived, goOn := make(chan struct{}), make(chan struct{})
		s.before = func(_ http.ResponseWriter, r *http.Request) {
			close(arrived)
			select {
			case <-goOn:
			case <-r.Context().Done():
				panic(http.ErrAbortHandler)
			}
		}
		response, err := page.Post(ctx, "threads.add_user_message", wire.Say(thread.Meta["id"].(string), "more"))
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, arrived).Should(BeClosed())
		Expect(response.Body.Close()).To(Succeed())
		Consistently(func() int { return len(items(ctx, page, "thr_1", 50, "asc")) }).WithTimeout(100 * time.Millisecond).Should(Equal(2))
		close(goOn)
		Eventually(ctx, func() int { return len(items(ctx, page, "thr_1", 50, "asc")) }).Should(Equal(4))
	})

	It("is sent a message once that its page sends again", func(ctx SpecContext) {
		page := adapter(s)
		page.Header = http.Header{"Chatkit-Frame-Instance-Id": {"f1"}}
		goOn := make(chan struct{})
		s.before = func(http.ResponseWriter, *http.Request) { <-goOn }
		done := make(chan []wire.Object, 2)
		for range 2 {
			go func() {
				events, _ := page.Stream(ctx, "threads.create", wire.Say("", "hi"))
				done <- events
			}()
		}
		Eventually(ctx, func() int { return len(s.said()) }).Should(Equal(1))
		time.Sleep(50 * time.Millisecond)
		close(goOn)
		first, second := <-done, <-done
		Expect(types(first)).To(Equal(types(second)))
		Expect(s.said()).To(HaveLen(1))
	})

	It("opens a history of ten thousand messages", func(ctx SpecContext) {
		thread, _ := create(ctx, adapter(s), "hi")
		for i := range 9_998 {
			s.talks[0].Messages = append(s.talks[0].Messages, map[string]any{"id": i + 10, "role": []string{"user", "assistant"}[i%2], "content": fmt.Sprint(i), "created_at": s.time()})
		}
		page := adapter(s)
		Expect(items(ctx, page, "thr_1", 1000, "desc")).To(HaveLen(10_000))
		first, err := page.Call(ctx, "items.list", wire.Object{"thread_id": "thr_1"})
		Expect(err).NotTo(HaveOccurred())
		Expect(first["data"]).To(HaveLen(20))
		say(ctx, page, thread, "and more")
		Expect(thread.Items[len(thread.Items)-1]).To(HaveKeyWithValue("id", "msg_1_20004"))
	})
})

// shapes are tool calls as they are found in the field.
const shapes = `[
	{"tool": "add_task", "parameters": {"title": "Buy groceries"}, "result": {"task_id": 5, "status": "created", "title": "Buy groceries"}},
	{"name": "complete_task", "arguments": "{\"task_id\": 3}", "output": "{\"task_id\": 3, \"status\": \"completed\", \"title\": \"Call mom\"}"},
	{"tool_name": "complete_task", "args": {"task_id": 3, "completed": false}, "result": {"task_id": 3, "title": "Call mom"}},
	{"function": {"name": "delete_task", "arguments": "{\"task_id\": 2}"}, "result": {"task_id": "two", "title": "Old"}},
	{"tool": "list_tasks", "parameters": {"status": "all"}, "result": [{"id": 1, "title": "A", "completed": false}, {"id": 2, "title": "B", "completed": true}]},
	{"tool": "list_tasks", "parameters": null, "result": {"tasks": [{"task_id": 1, "title": "A"}, {"task_id": 2, "title": "B", "completed": true}], "count": 2}},
	{"tool": "get_weather", "args": ["Zürich"], "result": "sunny"},
	{"tool": "get_weather", "error": "no such city"}
]`
