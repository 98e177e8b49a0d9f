package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/browser"
)

func TestBrowser(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "The browser for specs")
}

var chromium browser.Shared

var _ = AfterSuite(func() { chromium.Close() })

// outcome stands for a spec that asks for a page: it ends it as testing does, by leaving its goroutine.
type outcome struct{ skipped, failed string }

func (o *outcome) Helper()          {}
func (o *outcome) Cleanup(f func()) { f() }
func (o *outcome) Skip(args ...any) {
	o.skipped = fmt.Sprint(args...)
	panic(o)
}

func (o *outcome) Fatalf(format string, args ...any) {
	o.failed = fmt.Sprintf(format, args...)
	panic(o)
}

var _ = Describe("A missing Chromium", func() {
	ask := func() (result *outcome) {
		shared := browser.Shared{Locate: func() (string, error) { return "", browser.ErrNone }}
		result = &outcome{}
		defer func() { _ = recover() }()
		shared.Page(result)
		return result
	}

	It("skips the spec", func() {
		GinkgoT().Setenv("CHROMIUM", "")
		Expect(*ask()).To(Equal(outcome{skipped: browser.ErrNone.Error()}))
	})

	It("fails the spec where it is required", func() {
		GinkgoT().Setenv("CHROMIUM", browser.Required)
		Expect(ask().failed).To(ContainSubstring(browser.ErrNone.Error()))
	})

	It("is an error where a path was named", func() {
		GinkgoT().Setenv("CHROMIUM", "/nowhere/chromium")
		_, err := browser.Find()
		Expect(err).To(MatchError(ContainSubstring("/nowhere/chromium")))
	})
})

var _ = Describe("A page", func() {
	const patience = time.Minute
	var page *browser.Page

	BeforeEach(func(ctx SpecContext) {
		page = chromium.Page(GinkgoT(), browser.Size(400, 300), browser.Dark)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Security-Policy", "img-src 'none'")
			_, _ = fmt.Fprint(w, `<body><input autofocus><div id=host></div><p hidden>unseen</p><script>
				const inner = host.attachShadow({ mode: 'open' }).appendChild(document.createElement('button'));
				inner.textContent = 'Inside';
				inner.onclick = () => { inner.textContent = 'Pressed'; };
				document.querySelector('input').onkeydown = (event) => { if (event.key === 'x') event.preventDefault(); };
			</script>`)
		}))
		DeferCleanup(server.Close)
		Expect(page.Open(ctx, server.URL)).To(Succeed())
	})

	It("looks into shadow roots and presses what is there", func(ctx SpecContext) {
		Expect(page.Reads(ctx, "button")).To(Equal([]string{"Inside"}))
		Expect(page.ClickOn(ctx, "button")).To(Succeed())
		Expect(page.Reads(ctx, "button")).To(Equal([]string{"Pressed"}))
		Expect(page.Sees(ctx, "p")).To(BeFalse())
		Expect(page.ClickOn(ctx, "p")).To(MatchError(ContainSubstring("shows nothing")))
	}, SpecTimeout(patience))

	It("types as people do: a key that the page refuses makes no character", func(ctx SpecContext) {
		Expect(page.ClickOn(ctx, "input")).To(Succeed())
		Expect(page.Type(ctx, "axb"+kb.Backspace+"c")).To(Succeed())
		Expect(page.Value(ctx, "input")).To(Equal("ac"))
	}, SpecTimeout(patience))

	It("evaluates promises to values, and gives what was thrown as an error", func(ctx SpecContext) {
		var found struct{ Dark bool }
		Expect(page.Eval(ctx, `Promise.resolve({ Dark: matchMedia('(prefers-color-scheme: dark)').matches })`, &found)).To(Succeed())
		Expect(found.Dark).To(BeTrue())
		Expect(page.Eval(ctx, `undefined`, nil)).To(Succeed())
		Expect(page.Eval(ctx, `(() => { throw new Error('no such luck'); })()`, nil)).To(MatchError(ContainSubstring("no such luck")))
	}, SpecTimeout(patience))

	It("collects what the browser reports", func(ctx SpecContext) {
		Expect(page.Errors()).To(BeEmpty())
		Expect(page.Eval(ctx, `void (console.warn('a word'), document.body.append(Object.assign(new Image(), { src: 'x.png' })), setTimeout(() => nothing()))`, nil)).To(Succeed())
		Eventually(ctx, page.Errors).Should(ContainElements(
			HaveField("Text", ContainSubstring("Content Security Policy")), HaveField("Text", ContainSubstring("nothing is not defined"))))
		Expect(page.Messages()).To(ContainElement(HaveField("Text", ContainSubstring("a word"))))
	}, SpecTimeout(patience))

	It("is pictured", func(ctx SpecContext) {
		file := filepath.Join(GinkgoT().TempDir(), "folder", "page.png")
		Expect(page.Screenshot(ctx, file)).To(Succeed())
		Expect(os.ReadFile(file)).To(HavePrefix("\x89PNG"))
	}, SpecTimeout(patience))
})
