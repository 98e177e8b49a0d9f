package e2e_test

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/browser"
	"taskpilot/deploy/e2e/stack"
)

var chromium browser.Shared

var _ = AfterSuite(func() { chromium.Close() })

// visitor is somebody at the page of a stack, with a real browser.
type visitor struct {
	page *browser.Page
	at   *stack.Stack
}

func newVisitor(at *stack.Stack) visitor {
	GinkgoHelper()
	return visitor{page: chromium.Page(GinkgoT(), browser.Size(1100, 760)), at: at}
}

func (v visitor) reads(ctx context.Context, selector string) []string {
	GinkgoHelper()
	texts, err := v.page.Reads(ctx, selector)
	Expect(err).NotTo(HaveOccurred())
	return texts
}

func (v visitor) sees(ctx context.Context, selector string) bool {
	GinkgoHelper()
	seen, err := v.page.Sees(ctx, selector)
	Expect(err).NotTo(HaveOccurred())
	return seen
}

// clicks presses what a selector finds, as soon as it is there.
func (v visitor) clicks(ctx context.Context, selector string) {
	GinkgoHelper()
	Eventually(ctx, v.sees).WithArguments(ctx, selector).Should(BeTrue(), "nothing to click: %s", selector)
	Expect(v.page.ClickOn(ctx, selector)).To(Succeed())
}

func (v visitor) signsIn(ctx context.Context, user string) {
	GinkgoHelper()
	Expect(v.page.Open(ctx, v.at.Adapter.URL+"/")).To(Succeed())
	Eventually(ctx, v.sees).WithArguments(ctx, "#name:focus").Should(BeTrue())
	Expect(v.page.Type(ctx, user+kb.Enter)).To(Succeed())
	Eventually(ctx, v.sees).WithArguments(ctx, ".composer textarea").Should(BeTrue())
}

// says sends a message.
func (v visitor) says(ctx context.Context, message string) {
	GinkgoHelper()
	before := len(v.reads(ctx, ".user"))
	Expect(v.page.ClickOn(ctx, ".composer textarea")).To(Succeed())
	Eventually(ctx, v.sees).WithArguments(ctx, ".composer textarea:focus").Should(BeTrue())
	Expect(v.page.Type(ctx, message+kb.Enter)).To(Succeed())
	Eventually(ctx, v.reads).WithArguments(ctx, ".user").Should(HaveLen(before + 1))
}

// tells sends a message and waits for the end of its answer.
func (v visitor) tells(ctx context.Context, message string) {
	GinkgoHelper()
	v.says(ctx, message)
	v.rests(ctx)
}

// rests waits until nothing is at work, and nothing went wrong.
func (v visitor) rests(ctx context.Context) {
	GinkgoHelper()
	Eventually(ctx, v.sees).WithArguments(ctx, ".composer .send").Should(BeTrue())
	Expect(v.sees(ctx, ".failure")).To(BeFalse())
}

// pictures takes a picture where SCREENSHOTS names a folder. The README's are made so: SCREENSHOTS=$PWD/deploy/docs.
func (v visitor) pictures(ctx context.Context, name string) {
	GinkgoHelper()
	if folder := os.Getenv("SCREENSHOTS"); folder != "" {
		Expect(v.page.Screenshot(ctx, filepath.Join(folder, name+".png"))).To(Succeed())
	}
}
