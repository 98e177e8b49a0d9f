package plain_test

import (
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("What a service with three lines lacks", func() {
	var s *service
	var page wire.Page
	var thread *wire.Thread
	BeforeEach(func(ctx SpecContext) {
		s = newService()
		page = adapter(s)
		thread, _ = create(ctx, page, "hi")
	})

	DescribeTable("is refused in the reader's words", func(ctx SpecContext, kind string, more wire.Object, english, german string) {
		for language, words := range map[string]string{"en": english, "de": german} {
			page.Header = http.Header{"Accept-Language": {language}}
			params := wire.Object{"thread_id": "thr_1"}
			for name, value := range more {
				params[name] = value
			}
			_, err := page.Call(ctx, kind, params)
			Expect(err).To(And(HaveField("Status", 501), HaveField("Body", HaveKeyWithValue("detail", words))))
		}
	},
		Entry("renaming", "threads.update", wire.Object{"title": "x"}, "This chat service can't rename conversations.", "Dieser Chat-Dienst kann Unterhaltungen nicht umbenennen."),
		Entry("deleting", "threads.delete", nil, "This chat service can't delete conversations.", "Dieser Chat-Dienst kann Unterhaltungen nicht löschen."),
		Entry("feedback", "items.feedback", wire.Object{"item_ids": []any{"msg_1_4"}, "kind": "positive"}, "This chat service keeps no feedback.", "Dieser Chat-Dienst bewahrt keine Bewertungen auf."),
		Entry("dictation", "input.transcribe", wire.Object{"audio_base64": "AAAA", "mime_type": "audio/mp4"}, "Speech can't be turned into text here. Please type your message.", "Sprache kann hier nicht in Text umgewandelt werden. Bitte tipp deine Nachricht."),
	)

	DescribeTable("is refused in a stream", func(ctx SpecContext, kind string, more wire.Object, words string) {
		params := wire.Object{"thread_id": "thr_1"}
		for name, value := range more {
			params[name] = value
		}
		events, err := page.Stream(ctx, kind, params)
		Expect(err).NotTo(HaveOccurred())
		said, retry := oneError(events)
		Expect(said).To(ContainSubstring(words))
		Expect(retry).To(BeFalse())
		Expect(s.said()).To(HaveLen(1))
	},
		Entry("retry", "threads.retry_after_item", wire.Object{"item_id": "msg_1_2"}, "can't answer a message again"),
		Entry("an action", "threads.custom_action", wire.Object{"action": wire.Object{"type": "task.add", "payload": wire.Object{"title": "x"}}}, "only be asked by messages"),
		Entry("a tool of the page's", "threads.add_client_tool_output", wire.Object{"result": 1}, "Nothing here waits"),
		Entry("a model", "threads.add_user_message", wire.Object{"input": wire.Object{"content": []any{wire.Object{"type": "input_text", "text": "x"}}, "attachments": []any{}, "inference_options": wire.Object{"model": "m"}}}, "That model isn't available"),
		Entry("an attachment", "threads.add_user_message", wire.Object{"input": wire.Object{"content": []any{wire.Object{"type": "input_text", "text": "x"}}, "attachments": []any{"atc_1"}, "inference_options": wire.Object{}}}, "Attachments are switched off"),
	)

	It("has no turn to follow, nor one to stop", func(ctx SpecContext) {
		_, err := page.Follow(ctx, "thr_1")
		Expect(err).To(HaveField("Status", 204))
	})

	It("is done here where it can be: paging, order and quotes", func(ctx SpecContext) {
		for i := range 4 {
			time.Sleep(time.Millisecond)
			create(ctx, page, fmt.Sprint("talk ", i))
		}
		say(ctx, page, thread, "the newest change")
		var ids []any
		params := wire.Object{"limit": 2}
		for {
			answer, err := page.Call(ctx, "threads.list", params)
			Expect(err).NotTo(HaveOccurred())
			for _, one := range answer["data"].([]any) {
				ids = append(ids, one.(wire.Object)["id"])
			}
			if answer["has_more"] != true {
				break
			}
			params["after"] = answer["after"]
		}
		Expect(ids).To(Equal([]any{"thr_1", "thr_5", "thr_4", "thr_3", "thr_2"}))
		_, err := page.Call(ctx, "threads.list", wire.Object{"after": "thr_77"})
		Expect(err).To(HaveField("Status", 404))

		quoting := wire.Say("", "why?")
		quoting["input"].(wire.Object)["quoted_text"] = "You said:\nhi"
		_, err = page.Stream(ctx, "threads.create", quoting)
		Expect(err).NotTo(HaveOccurred())
		posts := s.said()
		Expect(posts[len(posts)-1]["content"]).To(Equal("> You said:\n> hi\n\nwhy?"))
	})

	It("is not there for somebody's made-up ids", func(ctx SpecContext) {
		for _, id := range []string{"thr_9", "thr_s.%", "thr_n.1", "thr_s..", "thr_s.2E2E", "nope", "thr_s.2F..%2F"} {
			_, err := page.Call(ctx, "threads.get_by_id", wire.Object{"thread_id": id})
			Expect(err).To(HaveField("Status", 404), id)
		}
	})
})
