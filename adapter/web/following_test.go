package web_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A turn that goes on without its stream", func() {
	var alice *person

	BeforeEach(func() { alice = newPerson() })

	// aTurn begins an answer, of which the page sees a half, and holds it until its page is gone or `cut` is closed.
	aTurn := func(ctx SpecContext, cut <-chan struct{}) (thread string) {
		GinkgoHelper()
		alice.fake.when("Go on", func(turn *fakeTurn) {
			id := turn.item(object{})["id"]
			turn.send(object{"type": "thread.item.added", "item": turn.item(object{"id": id, "type": "assistant_message", "content": []any{output("Half")}})})
			turn.waits(cut)
			panic(http.ErrAbortHandler)
		})
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "Go on")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Half"}))
		return threadOf(ctx, alice)
	}

	// lives lets the fake show the rest to who follows the turn, held until `rest` is closed.
	lives := func(thread string, rest <-chan struct{}) {
		alice.fake.mu.Lock()
		defer alice.fake.mu.Unlock()
		alice.fake.live[thread] = func(turn *fakeTurn) {
			turn.options(true)
			turn.send(object{"type": "thread.item.added", "item": turn.item(object{"id": "itm_live", "type": "assistant_message", "content": []any{output("Half and")}})})
			turn.waits(rest)
			turn.done(object{"id": "itm_live", "type": "assistant_message", "content": []any{output("Half and whole.")}})
		}
	}

	It("is shown live again after a reload, and can be stopped there", func(ctx SpecContext) {
		alice.fake.stops = make(chan string, 1)
		thread := aTurn(ctx, nil)
		rest := make(chan struct{})
		lives(thread, rest)
		Expect(alice.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Half and"}))
		Expect(alice.sees(ctx, ".stop")).To(BeTrue())
		Expect(alice.reads(ctx, ".bubble")).To(Equal([]string{"Go on"}))
		alice.clicks(ctx, ".stop")
		Eventually(ctx, alice.fake.stops).Should(Receive(Equal(thread)))
		close(rest)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Half and whole."}))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".aside").Should(ContainElement("You stopped this answer."))
		Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("is found again when its stream is cut", func(ctx SpecContext) {
		cut, rest := make(chan struct{}), make(chan struct{})
		thread := aTurn(ctx, cut)
		lives(thread, rest)
		close(cut)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(ContainElement("Half and"))
		Expect(alice.sees(ctx, ".failure")).To(BeFalse())
		close(rest)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(ContainElement("Half and whole."))
		Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
	}, SpecTimeout(patience))

	It("is read from what is stored when it ended meanwhile", func(ctx SpecContext) {
		cut := make(chan struct{})
		aTurn(ctx, cut)
		alice.fake.grow(1)
		close(cut)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Item 0"}))
		Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
		Expect(alice.sees(ctx, ".failure")).To(BeFalse())
	}, SpecTimeout(patience))

	It("is stopped at the server, whose last words are shown", func(ctx SpecContext) {
		alice.fake.stops = make(chan string)
		alice.fake.when("Tell me", func(turn *fakeTurn) {
			turn.says("Once upon a time", func(piece int) {
				if piece == 0 {
					<-turn.fake.stops
				}
			})
		})
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "Tell me")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Once"}))
		alice.clicks(ctx, ".stop")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Once upon a time"}))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".aside").Should(ContainElement("You stopped this answer."))
	}, SpecTimeout(patience))
})
