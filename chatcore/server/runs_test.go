package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

func run(id int64) string { return fmt.Sprintf("/runs/%d", id) }

var _ = Describe("A run", func() {
	var alice *user

	BeforeEach(func() { alice = newDesk().user() })

	// waiting begins a turn that is at work until its model's hold is closed.
	waiting := func(ctx SpecContext) api.RunStarted {
		GinkgoHelper()
		for event, err := range api.Decode(alice.open(ctx, `{"content": "wait"}`).Body) {
			Expect(err).NotTo(HaveOccurred())
			if started, ok := event.Body.(api.RunStarted); ok {
				return started
			}
		}
		Fail("the stream ended")
		return api.RunStarted{}
	}
	post := func(ctx SpecContext, path string) answer {
		return alice.call(ctx, http.MethodPost, alice.path(path), "")
	}
	ended := func(ctx SpecContext, id int64) {
		GinkgoHelper()
		Eventually(ctx, func() any { return alice.get(ctx, run(id)).object(http.StatusOK)["state"] }).ShouldNot(Equal(api.StateRunning))
	}

	It("can be followed again from each of its events, and has nothing behind its last", func(ctx SpecContext) {
		response := alice.call(ctx, http.MethodPost, alice.path("/chat"), `{"content": "add Tea"}`, "Accept", "text/event-stream")
		whole := decoded(bytes.NewReader(response.body))
		id := whole[0].Body.(api.RunStarted).RunID
		ended(ctx, id)
		again := alice.get(ctx, run(id)+"/events")
		Expect(again.Header.Get("Content-Type")).To(Equal("text/event-stream"))
		Expect(decoded(bytes.NewReader(again.body))).To(HaveLen(len(whole)))
		for i, event := range whole {
			rest := alice.call(ctx, http.MethodGet, alice.path(run(id)+"/events"), "", "Last-Event-ID", event.ID)
			if i == len(whole)-1 {
				Expect(rest.StatusCode).To(Equal(http.StatusNoContent))
				Expect(rest.body).To(BeEmpty())
				continue
			}
			Expect(rest.StatusCode).To(Equal(http.StatusOK))
			events := decoded(bytes.NewReader(rest.body))
			Expect(events).To(HaveLen(len(whole) - i - 1))
			if i > 0 { // conversation.updated tells the conversation as it is by now
				Expect(events).To(Equal(whole[i+1:]))
			}
		}
	})

	DescribeTable("is not followed from what is no event's id",
		func(ctx SpecContext, last string) {
			id := int64(alice.say(ctx, "Hi")["message_id"].(float64))
			problem := alice.call(ctx, http.MethodGet, alice.path(run(id)+"/events"), "", "Last-Event-ID", last).problem(http.StatusBadRequest, "invalid_request")
			Expect(problem).To(HaveKeyWithValue("field", "Last-Event-ID"))
		},
		Entry("a word", "x"), Entry("too few numbers", "1.2.3"), Entry("below zero", "1.-1.0.0"), Entry("no part", "1.99.0.0"),
	)

	It("says how it stands, to its user only", func(ctx SpecContext) {
		id := waiting(ctx).RunID
		Expect(alice.get(ctx, run(id)).object(http.StatusOK)).To(And(HaveKeyWithValue("state", "running"), HaveKeyWithValue("followed", true)))
		mallory := alice.user()
		for _, path := range []string{run(id), run(id) + "/events"} {
			mallory.get(ctx, path).problem(http.StatusNotFound, "not_found")
		}
		for _, what := range []string{"/cancel", "/reader-left"} {
			mallory.call(ctx, http.MethodPost, mallory.path(run(id)+what), "").problem(http.StatusNotFound, "not_found")
		}
		close(alice.model.hold)
		ended(ctx, id)
		Expect(alice.get(ctx, run(id)).object(http.StatusOK)).To(HaveKeyWithValue("state", "done"))
	})

	It("is stopped, keeps what was said, and can be stopped again", func(ctx SpecContext) {
		stream := alice.open(ctx, `{"content": "wait"}`)
		var end api.Body
		for event, err := range api.Decode(stream.Body) {
			Expect(err).NotTo(HaveOccurred())
			end = event.Body
			if _, said := end.(api.MessageDelta); said {
				var list []api.Conversation
				alice.get(ctx, "/conversations").into(http.StatusOK, &list)
				var page api.MessagePage
				alice.get(ctx, conversation(list[0].ID)+"/messages").into(http.StatusOK, &page)
				Expect(post(ctx, run(page.Data[1].ID)+"/cancel").StatusCode).To(Equal(http.StatusNoContent))
			}
		}
		cancelled := end.(api.RunCancelled)
		Expect(cancelled.Answer.State).To(Equal(api.StateStopped))
		Expect(cancelled.Answer.Content).To(HavePrefix("You said:"))
		Expect(post(ctx, run(cancelled.Answer.ID)+"/cancel").StatusCode).To(Equal(http.StatusNoContent))
		Expect(post(ctx, run(cancelled.Answer.ID)+"/reader-left").StatusCode).To(Equal(http.StatusNoContent))
	})

	It("makes way for a new message when its page left", func(ctx SpecContext) {
		started := waiting(ctx)
		body := fmt.Sprintf(`{"content": "Hello", "conversation_id": %d}`, started.Conversation.ID)
		alice.call(ctx, http.MethodPost, alice.path("/chat"), body).problem(http.StatusConflict, "turn_at_work")
		Expect(post(ctx, run(started.RunID)+"/reader-left").StatusCode).To(Equal(http.StatusNoContent))
		said := alice.call(ctx, http.MethodPost, alice.path("/chat"), body).object(http.StatusOK)
		Expect(said).To(HaveKeyWithValue("response", "You said: Hello"))
		Expect(alice.get(ctx, run(started.RunID)).object(http.StatusOK)).To(HaveKeyWithValue("state", "stopped"))
	})

	It("is safe again when its page is back: it reads, or follows", func(ctx SpecContext) {
		started := waiting(ctx)
		body := fmt.Sprintf(`{"content": "Hello", "conversation_id": %d}`, started.Conversation.ID)
		for _, back := range []func(){
			func() { alice.get(ctx, conversation(started.Conversation.ID)+"/messages") },
			func() {
				request, err := http.NewRequestWithContext(ctx, http.MethodGet, alice.url+alice.path(run(started.RunID)+"/events"), nil)
				Expect(err).NotTo(HaveOccurred())
				request.Header.Set("Authorization", "Bearer "+alice.token())
				response, err := http.DefaultClient.Do(request)
				Expect(err).NotTo(HaveOccurred())
				DeferCleanup(response.Body.Close)
			},
		} {
			Expect(post(ctx, run(started.RunID)+"/reader-left").StatusCode).To(Equal(http.StatusNoContent))
			back()
			alice.call(ctx, http.MethodPost, alice.path("/chat"), body).problem(http.StatusConflict, "turn_at_work")
		}
	})

	It("is not waited for by a page that somebody follows, or that does not ask", func(ctx SpecContext) {
		started := waiting(ctx)
		var page api.MessagePage
		for _, query := range []string{"", "?wait=0", "?wait=20", "?wait=1e300"} {
			alice.get(ctx, conversation(started.Conversation.ID)+"/messages"+query).into(http.StatusOK, &page)
			Expect(page.Data[1].State).To(Equal(api.StateRunning))
		}
	})

	It("is waited for by a page when nobody follows it", func(ctx SpecContext) {
		response := alice.open(ctx, `{"content": "wait"}`)
		var started api.RunStarted
		for event, err := range api.Decode(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			started = event.Body.(api.RunStarted)
			break
		}
		Expect(response.Body.Close()).To(Succeed())
		Eventually(ctx, func() any { return alice.get(ctx, run(started.RunID)).object(http.StatusOK)["followed"] }).Should(BeFalse())
		var page api.MessagePage
		alice.get(ctx, conversation(started.Conversation.ID)+"/messages?wait=0.02").into(http.StatusOK, &page)
		Expect(page.Data[1].State).To(Equal(api.StateRunning))
		time.AfterFunc(50*time.Millisecond, func() { close(alice.model.hold) })
		alice.get(ctx, conversation(started.Conversation.ID)+"/messages?wait=20").into(http.StatusOK, &page)
		Expect(page.Data[1].State).To(Equal(api.StateDone))
	})
})

var _ = Describe("A request that is sent again", func() {
	var alice *user

	BeforeEach(func() { alice = newDesk().user() })

	chat := func(ctx SpecContext, body, key string) answer {
		return alice.call(ctx, http.MethodPost, alice.path("/chat"), body, "Idempotency-Key", key)
	}

	It("has one turn and one answer for a key, and none for another body", func(ctx SpecContext) {
		one := chat(ctx, `{"content": "Hi"}`, "k1").object(http.StatusOK)
		Expect(chat(ctx, `{"content": "Hi"}`, "k1").object(http.StatusOK)).To(Equal(one))
		chat(ctx, `{"content": "Ho"}`, "k1").problem(http.StatusConflict, "key_used")
		Expect(chat(ctx, `{"content": "Hi"}`, "k2").object(http.StatusOK)).NotTo(Equal(one))
		var list []object
		alice.get(ctx, "/conversations").into(http.StatusOK, &list)
		Expect(list).To(HaveLen(2))
	})

	It("joins a turn that has ended when its page had left before it had the end", func(ctx SpecContext) {
		one := chat(ctx, `{"content": "Yes", "resend_guard": "g"}`, "").object(http.StatusOK)
		left := alice.path(run(int64(one["message_id"].(float64))) + "/reader-left")
		Expect(alice.call(ctx, http.MethodPost, left, "").StatusCode).To(Equal(http.StatusNoContent))
		Expect(chat(ctx, `{"content": "Yes", "resend_guard": "g"}`, "").object(http.StatusOK)).To(Equal(one))
	})

	It("is a new one with the same guard once the end was seen", func(ctx SpecContext) {
		one := chat(ctx, `{"content": "Yes", "resend_guard": "g"}`, "").object(http.StatusOK)
		Eventually(ctx, func() any {
			return chat(ctx, `{"content": "Yes", "resend_guard": "g"}`, "").object(http.StatusOK)["message_id"]
		}).ShouldNot(Equal(one["message_id"]))
	})
})

var _ = Describe("Answering again", func() {
	It("takes the place of what there was, and says what went", func(ctx SpecContext) {
		alice := newDesk().user()
		id := alice.began(ctx, "Hello")
		var before, after api.MessagePage
		alice.get(ctx, conversation(id)+"/messages").into(http.StatusOK, &before)
		body := fmt.Sprintf(`{"retry_of": %d, "conversation_id": %d}`, before.Data[0].ID, id)
		events := decoded(bytes.NewReader(alice.call(ctx, http.MethodPost, alice.path("/chat"), body, "Accept", "text/event-stream").body))
		started := events[0].Body.(api.RunStarted)
		Expect(started.UserMessage).To(Equal(before.Data[0]))
		Expect(started.Superseded).To(Equal(before.Data[1:]))
		alice.get(ctx, conversation(id)+"/messages").into(http.StatusOK, &after)
		Expect(after.Data).To(HaveExactElements(HaveField("ID", before.Data[0].ID), HaveField("ID", started.RunID)))
		Expect(after.Conversation.MessageCount).To(Equal(2))
		alice.call(ctx, http.MethodPost, alice.path("/chat"), fmt.Sprintf(`{"retry_of": %d}`, started.RunID)).problem(http.StatusNotFound, "not_found")
	})
})
