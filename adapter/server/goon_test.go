package server_test

import (
	"bufio"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A turn whose stream breaks between our processes", func() {
	var (
		a     *adapter
		told  story
		whole []map[string]any
	)

	BeforeEach(func() {
		a, told = newAdapter(), theStory()
		a.patience = 5 * time.Second
	})
	JustBeforeEach(func(ctx SpecContext) {
		a.start()
		a.chat.on(chatOf, told.cut(len(told)))
		whole = events(a.post(ctx, create))
		Expect(whole).To(HaveLen(11))
		a.chat.on(eventsOf3, told.behind)
	})

	It("is for the page as if it had not, wherever it breaks", func(ctx SpecContext) {
		for cut := 1; cut < len(told); cut++ {
			a.chat.on(chatOf, told.cut(cut))
			Expect(events(a.post(ctx, create))).To(Equal(whole), "cut after %s", told[cut-1].ID)
			asked := a.chat.requests()
			again := asked[len(asked)-1]
			Expect([]string{again.route, again.last}).To(Equal([]string{eventsOf3, told[cut-1].ID}))
			Expect(a.hop(ctx, again.auth).Subject).To(Equal("alice"))
		}
		Expect(a.chat.count(leftOf3)).To(BeZero())
	})

	It("goes on as often as it takes, in the face of all that a restart brings", func(ctx SpecContext) {
		a.chat.on(chatOf, told.cut(1))
		var asked atomic.Int64
		a.chat.on(eventsOf3, func(w http.ResponseWriter, r *http.Request) {
			switch asked.Add(1) {
			case 1, 5:
				panic(http.ErrAbortHandler)
			case 2:
				problem(w, 503, "going_down", "d")
			case 3:
				problem(w, 502, "", "")
			case 4, 6:
				told.after(r.Header.Get("Last-Event-ID")).cut(3)(w, r)
			default:
				told.behind(w, r)
			}
		})
		Expect(events(a.post(ctx, create))).To(Equal(whole))
	})

	It("shows nothing twice when a stream begins too early", func(ctx SpecContext) {
		a.chat.on(chatOf, told.cut(7))
		a.chat.on(eventsOf3, func(w http.ResponseWriter, _ *http.Request) { told.tell(w) })
		Expect(events(a.post(ctx, create))).To(Equal(whole))
	})

	It("takes back what was said of a step that another replica begins anew", func(ctx SpecContext) {
		a.chat.on(chatOf, told.cut(7))
		a.chat.on(eventsOf3, told.takenOver(7).behind)
		all := events(a.post(ctx, create))
		Expect(types(all)[8:]).To(Equal([]any{
			"thread.item.removed", "thread.item.added", "thread.item.updated", "thread.item.updated", "thread.item.updated", "thread.item.done",
		}))
		Expect(all[8]).To(HaveKeyWithValue("item_id", "msg_6_4"))
		Expect(all[13]["item"]).To(HaveKeyWithValue("id", "msg_8_5"))
	})

	DescribeTable("ends in order when the run is not to be had", func(ctx SpecContext, status int, code, message string) {
		a.chat.on(chatOf, told.cut(2))
		a.chat.on(eventsOf3, refusing(status, code, "d"))
		all := events(a.post(ctx, create))
		Expect(types(all)).To(Equal([]any{"thread.created", "thread.item.done", "stream_options", "error"}))
		Expect(all[3]["message"]).To(ContainSubstring(message))
		Expect(a.chat.count(eventsOf3)).To(Equal(1))
	},
		Entry("it is gone", 404, "not_found", "isn't there any more"),
		Entry("it makes no sense", 400, "invalid_request", "may still come"),
	)

	Context("when nobody goes on with it", func() {
		BeforeEach(func() {
			a.patience = 200 * time.Millisecond
			a.options.Heartbeat = 20 * time.Millisecond
		})

		It("says so in the end, and the page hears heartbeats until then", func(ctx SpecContext) {
			a.chat.on(chatOf, told.cut(2))
			a.chat.on(eventsOf3, refusing(503, "unavailable", "d"))
			stream := bufio.NewReader(a.post(ctx, create).Body)
			beats, last := 0, ""
			for text := frame(stream); text != ""; text = frame(stream) {
				if last = text; text == ": hb\n\n" {
					beats++
				}
			}
			Expect(beats).To(BeNumerically(">=", 3))
			Expect(last).To(And(ContainSubstring("may still come"), ContainSubstring(`"allow_retry":true`)))
		})
	})

	It("before it was accepted may be sent again by the person, and is not by us", func(ctx SpecContext) {
		a.chat.on(chatOf, told.cut(0))
		_, retry := oneError(a.post(ctx, create))
		Expect(retry).To(BeTrue())
		Expect(a.chat.count(chatOf)).To(Equal(2), "the one before each spec, and this one")
		Expect(a.chat.count(eventsOf3)).To(BeZero())
	})
})

var _ = Describe("A request that may come again", func() {
	const frameID = "chatkit-frame-instance-id"
	var a *adapter
	BeforeEach(func() {
		a = newAdapter()
		a.start()
		a.chat.on(chatOf, theStory().cut(10))
	})

	guardOf := func(ctx SpecContext, body, frame string) string {
		GinkgoHelper()
		events(a.post(ctx, body, frameID, frame))
		asked := a.chat.requests()
		var sent struct {
			Guard string `json:"resend_guard"`
		}
		decode(asked[len(asked)-1].body, &sent)
		return sent.Guard
	}

	It("has a guard that is the same then, and for nothing else", func(ctx SpecContext) {
		seen := map[string]string{}
		other := `{"type":"threads.add_user_message","params":{"thread_id":"thr_8","input":{"content":[{"type":"input_text","text":"hi"}],"attachments":[],"inference_options":{}}}}`
		more := `{"type":"threads.add_user_message","params":{"thread_id":"thr_7","input":{"content":[{"type":"input_text","text":"hi!"}],"attachments":[],"inference_options":{}}}}`
		for _, frame := range []string{"f1", "f2", ""} {
			for _, body := range []string{create, addTo7, other, more, retryOf2} {
				guard := guardOf(ctx, body, frame)
				Expect(guardOf(ctx, body, frame)).To(Equal(guard))
				Expect(seen).NotTo(HaveKey(guard))
				seen[guard] = body
				if frame == "" {
					Expect(guard).To(MatchRegexp(`^weak:[0-9a-f]{64}$`))
				} else {
					Expect(guard).To(MatchRegexp(`^[0-9a-f]{64}$`))
				}
			}
		}
	})

	It("has the same guard whatever is beside its parameters", func(ctx SpecContext) {
		with := fmt.Sprintf(`%s,"metadata":{"try":2}}`, addTo7[:len(addTo7)-1])
		Expect(guardOf(ctx, with, "f1")).To(Equal(guardOf(ctx, addTo7, "f1")))
	})
})
