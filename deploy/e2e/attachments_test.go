package e2e_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("Attachments", Ordered, func() {
	var (
		system *stack.Stack
		model  *scripted.Endpoint
		page   wire.Page
	)
	BeforeAll(func(ctx SpecContext) {
		system, model = scriptedStack(ctx, "ATTACHMENT_MAX_BYTES=100000", "TURN_LEASE=1s")
	})
	BeforeEach(func(ctx SpecContext) {
		model.Reset()
		page = pageAt(ctx, system, newUser("anna"))
	})

	begin := func(ctx context.Context, params wire.Object) (*wire.Thread, []wire.Object) {
		GinkgoHelper()
		events, err := page.Stream(ctx, "threads.create", params)
		Expect(err).NotTo(HaveOccurred())
		thread := &wire.Thread{}
		Expect(thread.Fold(events)).To(Succeed())
		Expect(thread.Meta).NotTo(BeNil(), "no thread.created in %v", events)
		return thread, events
	}
	// sent is what the model was sent as the content of the person's last message.
	sent := func(request int) string {
		GinkgoHelper()
		var body struct {
			Messages []struct {
				Role    string
				Content json.RawMessage
			}
		}
		Expect(json.Unmarshal(model.Requests()[request].Body, &body)).To(Succeed())
		var last string
		for _, message := range body.Messages {
			if message.Role == "user" {
				last = string(message.Content)
			}
		}
		return last
	}
	image := "data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte(aPNG))

	It("are uploaded in two steps, are shown at once, and reach the model", func(ctx SpecContext) {
		attachment, upload := described(ctx, page, "dot.png", "image/png", len(aPNG))
		Expect(attachment).To(And(HaveKeyWithValue("type", "image"), HaveKeyWithValue("mime_type", "image/png"), HaveKey("preview_url")))
		preview := attachment["preview_url"].(string)
		Expect(at(ctx, http.MethodGet, preview, "", "", "").status).To(Equal(http.StatusNotFound), "there are no bytes yet")
		Expect(at(ctx, http.MethodPut, upload, aPNG, "image/png", "").status).To(Equal(http.StatusOK))
		shown := at(ctx, http.MethodGet, preview, "", "", "")
		Expect(string(shown.body)).To(Equal(aPNG))
		Expect(shown.header.Get("Content-Type")).To(Equal("image/png"))
		Expect(shown.header.Get("Content-Disposition")).To(Equal("inline; filename=dot.png"))
		Expect(shown.header.Get("X-Content-Type-Options")).To(Equal("nosniff"))

		notes := uploaded(ctx, page, "notes.txt", "text/plain", "Remember the milk")
		Expect(notes).To(And(HaveKeyWithValue("type", "file"), Not(HaveKey("preview_url"))))
		thread, events := begin(ctx, carrying("", "Hm hm hm", attachment, notes))
		said := events[1]["item"].(wire.Object)
		attachment["thread_id"], notes["thread_id"] = thread.Meta["id"], thread.Meta["id"]
		Expect(said["attachments"]).To(Equal([]any{attachment, notes}))
		Expect(history(ctx, page, thread.Meta["id"].(string), 20)).To(Equal(thread.Items))
		Expect(textsOf(thread.Items)).To(ConsistOf(HavePrefix("I see the image dot.png and the file notes.txt.")))
		Expect(sent(0)).To(And(ContainSubstring(image), ContainSubstring("Remember the milk"), ContainSubstring("Hm hm hm")))

		By("and in later turns, when it is answered again, and from every adapter, too")
		say(ctx, page, thread, "show my tasks")
		requests := model.Requests()
		Expect(string(requests[len(requests)-1].Body)).To(And(ContainSubstring(image), ContainSubstring("Remember the milk")))
		model.Reset()
		again, err := page.Stream(ctx, "threads.retry_after_item", wire.Object{"thread_id": thread.Meta["id"], "item_id": said["id"]})
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.Fold(again)).To(Succeed())
		Expect(sent(0)).To(ContainSubstring(image))
		other := secondAdapter(ctx, system)
		Expect(string(at(ctx, http.MethodGet, strings.Replace(preview, system.Adapter.URL, other, 1), "", "", "").body)).To(Equal(aPNG))
		elsewhere := history(ctx, wire.Page{URL: other + "/api/v1/chatkit", Token: page.Token}, thread.Meta["id"].(string), 20)
		moved, err := json.Marshal(elsewhere)
		Expect(err).NotTo(HaveOccurred())
		here, err := json.Marshal(thread.Items)
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.ReplaceAll(string(moved), other, system.Adapter.URL)).To(MatchJSON(here))
	})

	It("are uploaded in a form, and directly", func(ctx SpecContext) {
		body, kind := inForm("dot.png", "image/png", aPNG)
		attachment, upload := described(ctx, page, "dot.png", "image/png", len(aPNG))
		Expect(at(ctx, http.MethodPost, upload, body, kind, "").status).To(Equal(http.StatusOK))
		Expect(string(at(ctx, http.MethodGet, attachment["preview_url"].(string), "", "", "").body)).To(Equal(aPNG))

		direct := at(ctx, http.MethodPost, page.URL+"/attachments", body, kind, page.Token)
		Expect(direct.status).To(Equal(http.StatusOK), string(direct.body))
		Expect(direct.object()).To(And(HaveKeyWithValue("type", "image"), HaveKeyWithValue("name", "dot.png"), Not(HaveKey("upload_descriptor"))))
		Expect(string(at(ctx, http.MethodGet, direct.object()["preview_url"].(string), "", "", "").body)).To(Equal(aPNG))
		thread, _ := begin(ctx, carrying("", "", direct.object(), attachment))
		Expect(thread.Meta["title"]).To(Equal("dot.png"), "a message may be without words")
		Expect(at(ctx, http.MethodPost, page.URL+"/attachments", body, kind, "").status).To(Equal(http.StatusUnauthorized))
	})

	It("are refused when they are no good, and say why", func(ctx SpecContext) {
		create := func(name, kind string, size int) answered {
			text, err := json.Marshal(wire.Object{"type": "attachments.create", "params": wire.Object{"name": name, "size": size, "mime_type": kind}})
			Expect(err).NotTo(HaveOccurred())
			return at(ctx, http.MethodPost, page.URL, string(text), "application/json", page.Token)
		}
		create("a.txt", "text/plain", 100_001).refused(http.StatusRequestEntityTooLarge, "attachment_too_large")
		create("a.html", "text/html", 1).refused(http.StatusUnsupportedMediaType, "attachment_type")
		create("a.txt", "text/plain", 0).refused(http.StatusBadRequest, "attachment_empty")

		attachment, upload := described(ctx, page, "a.png", "image/png", 36)
		put := func(content string) answered { return at(ctx, http.MethodPut, upload, content, "image/png", "") }
		put("<html><body onload=alert(1)>        ").refused(http.StatusUnsupportedMediaType, "attachment_content")
		put(aPNG+strings.Repeat("x", 200_000)).refused(http.StatusBadRequest, "attachment_size")
		put(aPNG[:20]).refused(http.StatusBadRequest, "attachment_size")
		Expect(at(ctx, http.MethodGet, attachment["preview_url"].(string), "", "", "").status).To(Equal(http.StatusNotFound))
		Expect(put(aPNG[:36]).status).To(Equal(http.StatusOK))
		put(aPNG[:36]).refused(http.StatusConflict, "attachment_stored")

		for content, code := range map[string]string{
			strings.Repeat("a", 100_001): "attachment_too_large", strings.Repeat("a", 5_000_000): "attachment_too_large", aPNG: "attachment_content",
		} {
			body, kind := inForm("a.txt", "text/plain", content)
			answer := at(ctx, http.MethodPost, page.URL+"/attachments", body, kind, page.Token)
			Expect(answer.object()).To(HaveKeyWithValue("code", code))
		}
	})

	It("can't be sent before they are whole, twice, or by another", func(ctx SpecContext) {
		refused := func(by wire.Page, attachment wire.Object, words string) {
			GinkgoHelper()
			events, err := by.Stream(ctx, "threads.create", carrying("", "Look", attachment))
			Expect(err).NotTo(HaveOccurred())
			Expect(events).To(HaveExactElements(And(HaveKeyWithValue("type", "error"), HaveKeyWithValue("code", "custom"),
				HaveKeyWithValue("message", ContainSubstring(words)), HaveKeyWithValue("allow_retry", false))))
			Expect(by.Call(ctx, "threads.list", wire.Object{"limit": 10})).To(HaveKeyWithValue("data", BeEmpty()))
		}
		half, _ := described(ctx, page, "a.txt", "text/plain", 5)
		refused(page, half, "not been uploaded")
		refused(page, wire.Object{"id": "atc_1"}, "not there")
		refused(page, wire.Object{"id": "nonsense"}, "not there")
		mallory := pageAt(ctx, system, newUser("mallory"))
		notes := uploaded(ctx, page, "notes.txt", "text/plain", "hello")
		refused(mallory, notes, "not there")
		_, err := mallory.Call(ctx, "attachments.delete", wire.Object{"attachment_id": notes["id"]})
		Expect(err).To(HaveField("Status", http.StatusNotFound))
		begin(ctx, carrying("", "Look", notes))
		events, err := page.Stream(ctx, "threads.create", carrying("", "Look", notes))
		Expect(err).NotTo(HaveOccurred())
		Expect(events).To(HaveExactElements(HaveKeyWithValue("message", ContainSubstring("in a message already"))))
		_, err = page.Call(ctx, "attachments.delete", wire.Object{"attachment_id": notes["id"]})
		Expect(err).To(HaveField("Status", http.StatusConflict))
	})

	It("have addresses for one purpose, which nobody can make up", func(ctx SpecContext) {
		attachment, upload := described(ctx, page, "dot.png", "image/png", len(aPNG))
		preview := attachment["preview_url"].(string)
		for _, forged := range []string{preview + "x", strings.Replace(preview, "/eyJ", "/eyK", 1), upload} {
			at(ctx, http.MethodGet, forged, "", "", "").refused(http.StatusForbidden, "address_invalid")
		}
		at(ctx, http.MethodPut, preview, aPNG, "image/png", "").refused(http.StatusForbidden, "address_invalid")
		Expect(system.Log()).NotTo(ContainSubstring(preview[strings.LastIndex(preview, "/"):]), "no address stands in a log")
	})

	It("go, bytes and all, when they are deleted, and with their conversation", func(ctx SpecContext) {
		before := len(filesOf(system))
		gone := uploaded(ctx, page, "dot.png", "image/png", aPNG)
		Expect(filesOf(system)).To(HaveLen(before + 1))
		Expect(page.Call(ctx, "attachments.delete", wire.Object{"attachment_id": gone["id"]})).To(BeEmpty())
		Eventually(ctx, func() []string { return filesOf(system) }).WithTimeout(testPatience).Should(HaveLen(before))
		Expect(at(ctx, http.MethodGet, gone["preview_url"].(string), "", "", "").status).To(Equal(http.StatusNotFound))

		sent := uploaded(ctx, page, "dot.png", "image/png", aPNG)
		thread, _ := begin(ctx, carrying("", "Look", sent))
		Expect(filesOf(system)).To(HaveLen(before + 1))
		Expect(page.Call(ctx, "threads.delete", wire.Object{"thread_id": thread.Meta["id"]})).To(BeEmpty())
		Eventually(ctx, func() []string { return filesOf(system) }).WithTimeout(testPatience).Should(HaveLen(before))
		Expect(at(ctx, http.MethodGet, sent["preview_url"].(string), "", "", "").status).To(Equal(http.StatusNotFound))
	})

	It("are what another process goes on with when the first is killed", func(ctx SpecContext) {
		model.Use(scripted.Rule{Times: -1, Replies: []scripted.Reply{{Gate: "crash", Chunks: []scripted.Chunk{{Text: "Done."}}}}})
		response, err := page.Post(ctx, "threads.create", carrying("", "Look", uploaded(ctx, page, "dot.png", "image/png", aPNG)))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(response.Body.Close)
		Eventually(ctx, func() int { return model.Waiting("crash") }).WithTimeout(testPatience).Should(Equal(1))
		Expect(system.Read()).To(Succeed())
		Expect(syscall.Kill(system.Chatcore.PID, syscall.SIGKILL)).To(Succeed())
		Eventually(ctx, func() int { return len(model.Requests()) }).WithTimeout(testPatience).Should(Equal(2))
		model.Open("crash")
		Expect(sent(1)).To(ContainSubstring(image))
	})

	It("leave the place for them to its owner alone", func() {
		info, err := os.Stat(system.Data + "/attachments")
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o700)))
	})
})
