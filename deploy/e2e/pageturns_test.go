package e2e_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("A turn on the page", Ordered, func() {
	const patience = 2 * time.Minute
	var (
		at     *stack.Stack
		model  *scripted.Endpoint
		sophie visitor
	)
	BeforeAll(func(ctx SpecContext) { at, model = scriptedStack(ctx) })
	BeforeEach(func(ctx SpecContext) {
		sophie = newVisitor(at)
		sophie.signsIn(ctx, newUser("sophie"))
	})

	// gated lets a message be answered by "One two " and, once the gate is open, "three."
	gated := func(word string) {
		model.Use(scripted.Rule{When: scripted.When{Said: word}, Times: -1, Replies: []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "One "}, {Text: "two "}, {Text: "three.", Gate: word}}}}})
	}

	It("goes on before the eyes of whoever loads the page anew", func(ctx SpecContext) {
		gated("reloading")
		sophie.says(ctx, "Count while reloading")
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"One two"}))
		Expect(sophie.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"One two"}))
		Expect(sophie.sees(ctx, ".stop")).To(BeTrue())
		model.Open("reloading")
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"One two three."}))
		sophie.rests(ctx)
		Expect(sophie.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("is stopped for good, and what was said stays", func(ctx SpecContext) {
		gated("stopping")
		sophie.says(ctx, "Count until stopping")
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"One two"}))
		sophie.clicks(ctx, ".stop")
		sophie.rests(ctx)
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".aside").Should(ContainElement("You stopped this answer."))
		model.Open("stopping")
		before := sophie.reads(ctx, ".items")
		Expect(before).To(ConsistOf(ContainSubstring("One two")))
		Expect(sophie.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".items").Should(Equal(before))
		Expect(sophie.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("is said to be good, and written again", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "joke"}, Times: -1, Replies: []scripted.Reply{scripted.Say("Knock knock.")}})
		sophie.tells(ctx, "Tell me a joke")
		sophie.clicks(ctx, "[aria-label='Good answer']")
		Eventually(ctx, sophie.sees).WithArguments(ctx, "[aria-label='Good answer'][aria-pressed=true]").Should(BeTrue())
		model.Reset()
		model.Use(scripted.Rule{When: scripted.When{Said: "joke"}, Times: -1, Replies: []scripted.Reply{scripted.Say("Two ducks meet.")}})
		sophie.clicks(ctx, "[aria-label='Answer again']")
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Two ducks meet."}))
		sophie.rests(ctx)
		Expect(sophie.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))
})
