package e2e_test

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("What people do on the page without words", Ordered, func() {
	const patience = 2 * time.Minute
	var (
		at     *stack.Stack
		model  *scripted.Endpoint
		sophie visitor
	)
	BeforeAll(func(ctx SpecContext) { at, model = scriptedStack(ctx) })
	BeforeEach(func(ctx SpecContext) {
		model.Reset()
		sophie = newVisitor(at)
		sophie.signsIn(ctx, newUser("sophie"))
	})

	It("completes, adds and finds tasks in the card, and is there after a reload", func(ctx SpecContext) {
		sophie.tells(ctx, "Add a task to buy groceries")
		sophie.tells(ctx, "Show all my tasks")
		Expect(sophie.reads(ctx, ".w-card")).To(ConsistOf(ContainSubstring("1 open, 0 done")))
		sophie.clicks(ctx, ".w-card .w-row:has(> .w-icon) > .w-button:first-of-type")
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".w-card").Should(ConsistOf(ContainSubstring("0 open, 1 done")))

		sophie.clicks(ctx, ".w-card [name=title]")
		Expect(sophie.page.Type(ctx, "call the plumber"+kb.Enter)).To(Succeed())
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".w-card").Should(ConsistOf(ContainSubstring("1 open, 1 done")))
		Expect(sophie.page.Value(ctx, ".w-card [name=title]")).To(BeEmpty())
		Expect(sophie.sees(ctx, ".w-card [name=title]:focus")).To(BeTrue(), "who adds one may want to add another")
		sophie.pictures(ctx, "page-card")

		sophie.clicks(ctx, ".w-card .w-button.pill:nth-child(3)")
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".w-card").Should(ConsistOf(Not(ContainSubstring("plumber"))))
		before := sophie.reads(ctx, ".items")
		Expect(sophie.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".items").Should(Equal(before))
		Expect(sophie.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("answers the questions of an answer, which goes on with them", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "Plan"}, Replies: []scripted.Reply{
			scripted.CallTool("ask_person", `{"inputs": [
				{"id": "when", "question": "When do you fly?", "type": "multiple_choice", "options": [{"value": "Monday"}, {"value": "Friday"}], "multiple": false},
				{"id": "with", "question": "Who comes along?", "type": "freeform"}]}`),
			scripted.Say("Then Friday it is."),
		}})
		sophie.says(ctx, "Plan my trip")
		sophie.clicks(ctx, ".questions [value=Friday]")
		sophie.pictures(ctx, "page-question")
		sophie.clicks(ctx, ".questions .primary")
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Then Friday it is."}))
		sophie.rests(ctx)
		Expect(sophie.reads(ctx, ".answers dd")).To(Equal([]string{"Friday", "Skipped"}))
		before := sophie.reads(ctx, ".items")
		Expect(sophie.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".items").Should(Equal(before))
		Expect(sophie.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("sends a picture that was chosen in the file dialog, and shows it after a reload", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "picture"}, Replies: []scripted.Reply{scripted.Say("I see a square.")}})
		Expect(sophie.page.Choose(ctx, square(), func() error { return sophie.page.ClickOn(ctx, "[aria-label='Add files']") })).To(Succeed())
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".tray .name").Should(Equal([]string{"square.png"}))
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".tray progress").Should(BeEmpty())
		sophie.tells(ctx, "What is in this picture?")
		Expect(sophie.reads(ctx, ".answer")).To(Equal([]string{"I see a square."}))
		shown := func(ctx SpecContext) (widths []int) {
			GinkgoHelper()
			Expect(sophie.page.Eval(ctx, `[...document.querySelector('openai-chatkit')?.shadowRoot?.querySelectorAll('.items .files img') ?? []].map((image) => image.naturalWidth)`, &widths)).To(Succeed())
			return widths
		}
		Eventually(ctx, shown).WithArguments(ctx).Should(Equal([]int{16}))
		sophie.pictures(ctx, "page-picture")
		Expect(sophie.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, shown).WithArguments(ctx).Should(Equal([]int{16}))
		Expect(sophie.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("takes a file out again before it is sent", func(ctx SpecContext) {
		Expect(sophie.page.Choose(ctx, square(), func() error { return sophie.page.ClickOn(ctx, "[aria-label='Add files']") })).To(Succeed())
		Eventually(ctx, sophie.sees).WithArguments(ctx, ".composer .send:enabled").Should(BeTrue())
		sophie.clicks(ctx, "[aria-label='Remove square.png']")
		Eventually(ctx, sophie.sees).WithArguments(ctx, ".tray").Should(BeFalse())
		Expect(sophie.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))
})

// square is a file with a picture of 16 by 16.
func square() string {
	GinkgoHelper()
	file, err := os.Create(filepath.Join(GinkgoT().TempDir(), "square.png"))
	Expect(err).NotTo(HaveOccurred())
	Expect(png.Encode(file, image.NewGray(image.Rect(0, 0, 16, 16)))).To(Succeed())
	Expect(file.Close()).To(Succeed())
	return file.Name()
}
