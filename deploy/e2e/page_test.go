package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/browser"
)

var chromium browser.Shared

var _ = AfterSuite(func() { chromium.Close() })

var _ = Describe("The page", func() {
	const patience = 2 * time.Minute
	var page *browser.Page

	BeforeEach(func() { page = chromium.Page(GinkgoT(), browser.Size(1100, 760)) })

	reads := func(ctx context.Context, selector string) []string {
		GinkgoHelper()
		texts, err := page.Reads(ctx, selector)
		Expect(err).NotTo(HaveOccurred())
		return texts
	}

	sees := func(ctx context.Context, selector string) bool {
		GinkgoHelper()
		seen, err := page.Sees(ctx, selector)
		Expect(err).NotTo(HaveOccurred())
		return seen
	}

	signIn := func(ctx context.Context, user string) {
		GinkgoHelper()
		Expect(page.Open(ctx, system.Adapter.URL+"/")).To(Succeed())
		Eventually(ctx, sees).WithArguments(ctx, "#name:focus").Should(BeTrue())
		Expect(page.Type(ctx, user+kb.Enter)).To(Succeed())
		Eventually(ctx, sees).WithArguments(ctx, ".composer textarea").Should(BeTrue())
	}

	// tell sends a message and waits for the end of its answer.
	tell := func(ctx context.Context, message string) {
		GinkgoHelper()
		before := len(reads(ctx, ".bubble"))
		Expect(page.ClickOn(ctx, ".composer textarea")).To(Succeed())
		Eventually(ctx, sees).WithArguments(ctx, ".composer textarea:focus").Should(BeTrue())
		Expect(page.Type(ctx, message+kb.Enter)).To(Succeed())
		Eventually(ctx, reads).WithArguments(ctx, ".bubble").Should(HaveLen(before + 1))
		Eventually(ctx, sees).WithArguments(ctx, ".composer .send").Should(BeTrue())
		Expect(sees(ctx, ".failure")).To(BeFalse())
	}

	// picture takes one where SCREENSHOTS names a folder. The README's is made so: SCREENSHOTS=$PWD/deploy/docs.
	picture := func(ctx context.Context, name string) {
		GinkgoHelper()
		if folder := os.Getenv("SCREENSHOTS"); folder != "" {
			Expect(page.Screenshot(ctx, filepath.Join(folder, name+".png"))).To(Succeed())
		}
	}

	It("manages tasks by chatting, and shows the same after a reload", func(ctx SpecContext) {
		const user = "sophie" // nobody else's name in these specs; it stands in the README's picture
		signIn(ctx, user)
		for _, message := range []string{"Add a task to buy groceries", "Add a task to book the flights to Lisbon", "Mark buy groceries as done"} {
			tell(ctx, message)
		}
		Expect(tasksOf(ctx, user)).To(HaveLen(2))
		Expect(tasksOf(ctx, user)[0].Completed).To(BeTrue())
		Expect(reads(ctx, ".items")).To(ConsistOf(ContainSubstring("Task created: Buy groceries")))

		tell(ctx, "Show all my tasks")
		Expect(reads(ctx, ".w-card")).To(ConsistOf(And(ContainSubstring("Buy groceries"), ContainSubstring("Book the flights to Lisbon"))))
		picture(ctx, "page")

		before := reads(ctx, ".items")
		Expect(page.Reload(ctx)).To(Succeed())
		Eventually(ctx, reads).WithArguments(ctx, ".items").Should(Equal(before))
		Expect(page.Errors()).To(BeEmpty(), "no violation of the page's policy, nothing uncaught, nothing refused")
	}, SpecTimeout(patience))

	It("lists past conversations and opens them", func(ctx SpecContext) {
		signIn(ctx, newUser("sophie"))
		tell(ctx, "Add a task to water the plants")
		Expect(page.ClickOn(ctx, ".new-button")).To(Succeed())
		Eventually(ctx, sees).WithArguments(ctx, ".greeting").Should(BeTrue())
		tell(ctx, "Show my tasks")
		Expect(page.ClickOn(ctx, ".history-button")).To(Succeed())
		Eventually(ctx, reads).WithArguments(ctx, ".thread .name").Should(Equal([]string{"Show my tasks", "Add a task to water the plants"}))
		picture(ctx, "page-history")
		Expect(page.ClickOn(ctx, ".thread:nth-child(2) .open")).To(Succeed())
		Eventually(ctx, reads).WithArguments(ctx, ".bubble").Should(Equal([]string{"Add a task to water the plants"}))
		Expect(page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))
})
