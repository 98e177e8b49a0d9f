package web_test

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/browser"
)

// person is somebody at the page: real keys, real clicks, and eyes for what is inside the element's shadow.
type person struct {
	page *browser.Page
	fake *fake
	api  string // more of the api option
}

func newPerson(options ...browser.Option) *person {
	GinkgoHelper()
	page := chromium.Page(GinkgoT(), options...)
	fake := newFake()
	DeferCleanup(fake.close)
	DeferCleanup(func(ctx SpecContext) {
		if CurrentSpecReport().Failed() && os.Getenv("SCREENSHOTS") != "" {
			_ = page.Screenshot(ctx, filepath.Join(os.Getenv("SCREENSHOTS"), "failed.png"))
		}
		AddReportEntry("what the browser reported", page.Messages(), ReportEntryVisibilityFailureOrVerbose)
	})
	return &person{page: page, fake: fake}
}

// opens goes to the page, at the address's end if one is given.
func (p *person) opens(ctx context.Context, end ...string) {
	GinkgoHelper()
	address := p.fake.page.URL + "/"
	for _, part := range end {
		address += part
	}
	Expect(p.page.Open(ctx, address)).To(Succeed())
}

func (p *person) signsIn(ctx context.Context, name string) {
	GinkgoHelper()
	p.opens(ctx)
	Eventually(ctx, p.focus).WithArguments(ctx).Should(Equal("name"))
	p.types(ctx, name+kb.Enter)
	Eventually(ctx, p.sees).WithArguments(ctx, "textarea").Should(BeTrue())
	Eventually(ctx, p.focus).WithArguments(ctx).Should(Equal("chat"))
}

func (p *person) says(ctx context.Context, text string) {
	GinkgoHelper()
	p.does(ctx, "focusComposer()")
	Eventually(ctx, p.sees).WithArguments(ctx, ".composer textarea:focus").Should(BeTrue())
	p.types(ctx, text+kb.Enter)
}

// gets says something, and waits until what a selector finds has come and the turn is over.
func (p *person) gets(ctx context.Context, message, selector string) {
	GinkgoHelper()
	p.says(ctx, message)
	Eventually(ctx, p.sees).WithArguments(ctx, selector).Should(BeTrue())
	Eventually(ctx, p.sees).WithArguments(ctx, ".send").Should(BeTrue())
}

func (p *person) types(ctx context.Context, keys string) {
	GinkgoHelper()
	Expect(p.page.Type(ctx, keys)).To(Succeed())
}

// does calls a method of the element.
func (p *person) does(ctx context.Context, call string) {
	GinkgoHelper()
	Expect(p.page.Eval(ctx, "document.querySelector('openai-chatkit')."+call, nil)).To(Succeed())
}

// clicks presses what a selector finds, as soon as it is there.
func (p *person) clicks(ctx context.Context, selector string) {
	GinkgoHelper()
	Eventually(ctx, p.sees).WithArguments(ctx, selector).Should(BeTrue(), "nothing to click: %s", selector)
	Expect(p.page.ClickOn(ctx, selector)).To(Succeed())
}

// sees says whether something that a selector finds is shown.
func (p *person) sees(ctx context.Context, selector string) bool {
	GinkgoHelper()
	seen, err := p.page.Sees(ctx, selector)
	Expect(err).NotTo(HaveOccurred())
	return seen
}

// reads is the text of all that a selector finds.
func (p *person) reads(ctx context.Context, selector string) []string {
	GinkgoHelper()
	texts, err := p.page.Reads(ctx, selector)
	Expect(err).NotTo(HaveOccurred())
	return texts
}

// focus is the id of what has the focus in the page.
func (p *person) focus(ctx context.Context) string {
	GinkgoHelper()
	var id string
	p.evaluates(ctx, `document.activeElement?.id ?? ''`, &id)
	return id
}

func (p *person) evaluates(ctx context.Context, expression string, out any) {
	GinkgoHelper()
	Expect(p.page.Eval(ctx, expression, out)).To(Succeed(), expression)
}

// pictures takes a picture where SCREENSHOTS names a folder, to be looked at by people.
func (p *person) pictures(ctx context.Context, name string) {
	GinkgoHelper()
	if folder := os.Getenv("SCREENSHOTS"); folder != "" {
		Expect(p.page.Screenshot(ctx, filepath.Join(folder, name+".png"))).To(Succeed())
	}
}
