package server_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"taskpilot/chatcore/api"
)

const followOf7 = "/api/v1/chatkit/threads/thr_7/events"

// atWork is the newest page of a conversation in which the story is being told.
func atWork(steps int) api.MessagePage {
	running := answer()
	running.State, running.Content, running.Steps = api.StateRunning, "", running.Steps[:steps]
	return api.MessagePage{Conversation: conversation(), Data: []api.Message{running}, HasMore: true, After: "2"}
}

func atRest() api.MessagePage {
	return api.MessagePage{Conversation: conversation(), Data: []api.Message{answer()}, HasMore: true, After: "2"}
}

// folded is what a page has after reading events: its items by id, as they are now.
func folded(events []map[string]any) map[string]any {
	items := map[string]any{}
	for _, e := range events {
		switch e["type"] {
		case "thread.item.added", "thread.item.done", "thread.item.replaced":
			item := e["item"].(map[string]any)
			items[item["id"].(string)] = item
		case "thread.item.removed":
			delete(items, e["item_id"].(string))
		}
	}
	return items
}

var _ = Describe("Following a thread's turn", func() {
	var (
		a    *adapter
		told story
	)

	BeforeEach(func() {
		before := gleak.Goroutines()
		DeferCleanup(func(ctx SpecContext) {
			http.DefaultTransport.(*http.Transport).CloseIdleConnections()
			Eventually(ctx, gleak.Goroutines).WithTimeout(5 * time.Second).ShouldNot(gleak.HaveLeaked(before))
		})
		a, told = newAdapter(), theStory()
	})
	JustBeforeEach(func() {
		a.start()
		a.chat.on(listOf7, answering(atWork(0)))
		a.chat.on(eventsOf3, func(w http.ResponseWriter, r *http.Request) { told.behind(w, r) })
	})

	get := func(ctx context.Context, after string) *http.Response {
		GinkgoHelper()
		return a.send(ctx, http.MethodGet, followOf7, "", "Content-Type", "", "Last-Event-ID", after)
	}

	It("begins with its items and goes on to its end, each event under an id of its own", func(ctx SpecContext) {
		response := get(ctx, "")
		all, ids := marked(response)
		Expect(types(all)).To(Equal([]any{
			"thread.item.done", "stream_options", "progress_update", "thread.item.done",
			"thread.item.added", "thread.item.updated", "thread.item.updated", "thread.item.updated", "thread.item.updated", "thread.item.done",
		}))
		for i, id := range ids {
			Expect(id).NotTo(BeEmpty())
			Expect(ids[:i]).NotTo(ContainElement(id))
		}
		Expect(response.Header.Get("Cache-Control")).To(Equal("no-cache, no-transform"))
		Expect(a.chat.requests()[0].query).To(Equal("limit=1&order=desc"), "it waits for nothing")
	})

	It("gives the steps that are stored whole", func(ctx SpecContext) {
		a.chat.on(listOf7, answering(atWork(2)))
		all, _ := marked(get(ctx, ""))
		Expect(types(all)).To(Equal([]any{"thread.item.done", "stream_options", "thread.item.done", "thread.item.done"}))
		Expect(folded(all)).To(HaveLen(3))
	})

	// Also when the turn has ended since: the story is told by then.
	DescribeTable("goes on behind any event without a gap or a repeat", func(ctx SpecContext, page api.MessagePage) {
		all, ids := marked(get(ctx, ""))
		a.chat.on(listOf7, answering(page))
		for i := range len(all) - 1 {
			rest, restIDs := marked(get(ctx, ids[i]))
			Expect(rest).To(Equal(all[i+1:]), "behind %s", ids[i])
			Expect(restIDs).To(Equal(ids[i+1:]))
		}
	}, Entry("at work", atWork(1)), Entry("ended", atRest()))

	It("goes on behind any event of a turn that was taken over meanwhile", func(ctx SpecContext) {
		told = told.takenOver(7)
		all, ids := marked(get(ctx, ""))
		end := folded(all)
		told = told.forgetful()
		for i := range len(all) - 1 {
			rest, restIDs := marked(get(ctx, ids[i]))
			Expect(folded(append(all[:i+1:i+1], rest...))).To(Equal(end), "behind %s", ids[i])
			for _, id := range restIDs {
				Expect(ids[:i+1]).NotTo(ContainElement(id))
			}
		}
	})

	It("goes on by itself when the stream breaks on its way to us", func(ctx SpecContext) {
		all, ids := marked(get(ctx, ""))
		whole := told
		a.chat.on(eventsOf3, func(w http.ResponseWriter, r *http.Request) { whole.after(r.Header.Get("Last-Event-ID")).cut(1)(w, r) })
		again, againIDs := marked(get(ctx, ""))
		Expect(again).To(Equal(all))
		Expect(againIDs).To(Equal(ids))
	})

	It("has nothing to show when no turn is at work, or the reader has all of it", func(ctx SpecContext) {
		a.chat.on(listOf7, answering(atRest()))
		for _, after := range []string{"", "3/2.8.0.0"} {
			Expect(get(ctx, after).StatusCode).To(Equal(http.StatusNoContent))
		}
		a.chat.on(listOf7, answering(api.MessagePage{Conversation: conversation()}))
		Expect(get(ctx, "").StatusCode).To(Equal(http.StatusNoContent))
	})

	It("has nothing more for a reader behind the last event of a turn that has ended", func(ctx SpecContext) {
		_, ids := marked(get(ctx, ""))
		a.chat.on(listOf7, answering(atRest()))
		Expect(get(ctx, ids[len(ids)-1]).StatusCode).To(Equal(http.StatusNoContent))
	})

	It("shows the turn at work to a reader who has all of an earlier one", func(ctx SpecContext) {
		all, _ := marked(get(ctx, "1/2.8.0.0"))
		Expect(types(all)[0]).To(Equal("thread.item.done"))
		Expect(all).To(HaveLen(10))
	})

	DescribeTable("is a problem", func(ctx SpecContext, path, after string, status int) {
		a.chat.on("GET /api/alice/runs/4/events", streaming(api.RunStarted{RunID: 4, Conversation: api.Conversation{ID: 8}}))
		response := a.send(ctx, http.MethodGet, path, "", "Last-Event-ID", after)
		Expect(response.StatusCode).To(Equal(status))
		Expect(response.Header.Get("Content-Type")).To(Equal("application/problem+json"))
	},
		Entry("for a thread that is another's", "/chatkit/threads/thr_8/events", "", 404), Entry("for a thread that cannot be", "/chatkit/threads/x/events", "", 404),
		Entry("behind an id that is none of ours", followOf7, "2.8.0.0", 400), Entry("behind an id of another's turn", followOf7, "5/1.0.0.0", 404),
		Entry("behind an id of another thread's turn", followOf7, "4/1.0.0.0", 404),
	)

	It("is for known callers only, and only a GET", func(ctx SpecContext) {
		Expect(a.send(ctx, http.MethodGet, followOf7, "", "Authorization", "").StatusCode).To(Equal(http.StatusUnauthorized))
		Expect(a.send(ctx, http.MethodPost, followOf7, "").StatusCode).To(Equal(http.StatusMethodNotAllowed))
		Expect(a.chat.requests()).To(BeEmpty())
	})

	It("is open to pages of known origins", func(ctx SpecContext) {
		response := a.send(ctx, "OPTIONS", followOf7, "", "Authorization", "", "Origin", "https://app.example",
			"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization,last-event-id")
		Expect(response.StatusCode).To(Equal(http.StatusNoContent))
		Expect(response.Header.Get("Access-Control-Allow-Methods")).To(ContainSubstring("GET"))
		Expect(response.Header.Get("Access-Control-Allow-Headers")).To(Equal("authorization,last-event-id"))
		Expect(a.send(ctx, http.MethodGet, followOf7, "", "Origin", "https://evil.example").StatusCode).To(Equal(http.StatusForbidden))
	})

	It("tells nobody when the follower leaves: the page that began the turn may be there", func(ctx SpecContext) {
		gone := make(chan struct{})
		a.chat.on(eventsOf3, told.hold(1, gone))
		page, abort := context.WithCancel(ctx)
		Expect(frame(bufio.NewReader(get(page, "").Body))).NotTo(BeEmpty())
		abort()
		Eventually(ctx, gone).Should(BeClosed())
		Consistently(ctx, a.chat.count).WithArguments(leftOf3).WithTimeout(300 * time.Millisecond).Should(BeZero())
	})

	It("is cut when we go down: an end in order would be the turn's, which goes on elsewhere", func(ctx SpecContext) {
		a.chat.on(eventsOf3, told.hold(1, make(chan struct{})))
		response := get(ctx, "")
		a.server.Closing()
		shown, err := io.ReadAll(response.Body)
		Expect(err).To(MatchError(io.ErrUnexpectedEOF))
		Expect(string(shown)).To(And(ContainSubstring(`"stream_options"`), Not(ContainSubstring(`"error"`))))
	})
})
