package e2e_test

import (
	"context"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

// The stock client sends a request again by itself after a cut stream, and a person says the same thing twice: both look
// the same on the wire, and only one of them wants a second answer.
var _ = Describe("The same request again", Ordered, func() {
	var (
		at    *stack.Stack
		model *scripted.Endpoint
		user  string
		page  wire.Page
	)
	BeforeAll(func(ctx SpecContext) {
		at, model = scriptedStack(ctx, "TURN_LEASE=1s", "DISCONNECT_GRACE=30s")
	})
	BeforeEach(func(ctx SpecContext) {
		user = newUser("gwen")
		page = pageAt(ctx, at, user)
		page.Header = http.Header{"Chatkit-Frame-Instance-Id": {"frame-of-" + user}}
	})
	count := func(ctx context.Context, role string) (n int) {
		GinkgoHelper()
		db := connectTo(ctx, at)
		defer func() { _ = db.Close() }()
		Expect(db.GetContext(ctx, &n, `SELECT count(*) FROM messages WHERE user_id = $1 AND role = $2`, user, role)).To(Succeed())
		return n
	}
	// open sends a request and leaves its stream open after the first frame.
	open := func(ctx context.Context, kind string, params wire.Object) *http.Response {
		GinkgoHelper()
		response, err := page.Post(ctx, kind, params)
		Expect(err).NotTo(HaveOccurred())
		for _, err := range wire.Frames(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			break
		}
		return response
	}

	It("is answered twice when the first answer was seen: somebody says yes twice", func(ctx SpecContext) {
		thread, _ := create(ctx, page, "hello")
		say(ctx, page, thread, "yes")
		say(ctx, page, thread, "yes")
		Expect(count(ctx, "user")).To(Equal(3))
	})

	It("joins the turn at work, in a new thread too", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "slowly"}, Replies: []scripted.Reply{{Chunks: []scripted.Chunk{{Text: "All "}, {Text: "right.", Gate: "slowly"}}}}})
		first := open(ctx, "threads.create", wire.Say("", "slowly"))
		Eventually(ctx, func() int { return model.Waiting("slowly") }).Should(Equal(1))
		done := make(chan *wire.Thread)
		go func() {
			defer GinkgoRecover()
			thread, _ := create(ctx, page, "slowly")
			done <- thread
		}()
		Consistently(ctx, done).ShouldNot(Receive())
		model.Open("slowly")
		var thread *wire.Thread
		Eventually(ctx, done).Should(Receive(&thread))
		Expect(textsOf(thread.Items)).To(Equal([]string{"All right."}))
		Expect(count(ctx, "user")).To(Equal(1))
		Expect(first.Body.Close()).To(Succeed())
	})

	It("is a new turn after Stop, and the stopped one keeps what was said", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "stop me"}, Replies: []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "So far "}, {Text: "and on.", Gate: "stop me"}}}, {Chunks: []scripted.Chunk{{Text: "Anew."}}}}})
		thread, _ := create(ctx, page, "hello")
		id := thread.Meta["id"].(string)
		first := open(ctx, "threads.add_user_message", wire.Say(id, "stop me"))
		Eventually(ctx, func() int { return model.Waiting("stop me") }).Should(Equal(1))
		Expect(first.Body.Close()).To(Succeed()) // all that Stop does on the wire
		Eventually(ctx, func() (left int) {
			db := connectTo(ctx, at)
			defer func() { _ = db.Close() }()
			Expect(db.GetContext(ctx, &left, `SELECT count(*) FROM turn_leases WHERE user_id = $1 AND left_at IS NOT NULL`, user)).To(Succeed())
			return left
		}).Should(Equal(1), "the adapter tells that the page left")
		events, err := page.Stream(ctx, "threads.add_user_message", wire.Say(id, "stop me"))
		Expect(err).NotTo(HaveOccurred())
		Expect(typesOf(events)).NotTo(ContainElement("error"))
		Expect(count(ctx, "user")).To(Equal(3))
		Expect(textsOf(history(ctx, page, id, 20))).To(ContainElements("So far ", "Anew."))
	})

	It("is a new turn when the answer was read after a reload", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "read me"}, Times: -1, Replies: []scripted.Reply{{Chunks: []scripted.Chunk{{Text: "Read. "}, {Text: "Really.", Gate: "read me"}}}}})
		thread, _ := create(ctx, page, "hello")
		id := thread.Meta["id"].(string)
		first := open(ctx, "threads.add_user_message", wire.Say(id, "read me"))
		Eventually(ctx, func() int { return model.Waiting("read me") }).Should(Equal(1))
		Expect(first.Body.Close()).To(Succeed())
		go func() {
			defer GinkgoRecover()
			model.Open("read me")
		}()
		newest, err := page.Call(ctx, "items.list", wire.Object{"thread_id": id, "limit": 1}) // waits for the turn's end
		Expect(err).NotTo(HaveOccurred())
		Expect(newest["data"].([]any)[0]).To(HaveKeyWithValue("content", HaveExactElements(HaveKeyWithValue("text", "Read. Really."))))
		events, err := page.Stream(ctx, "threads.add_user_message", wire.Say(id, "read me"))
		Expect(err).NotTo(HaveOccurred())
		Expect(typesOf(events)).NotTo(ContainElement("error"))
		Expect(count(ctx, "user")).To(Equal(3))
	})
})
