package web_test

import (
	"net/http"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The page in trouble", func() {
	var alice *person

	BeforeEach(func() { alice = newPerson() })

	It("shows what somebody else wrote as text, never as markup", func(ctx SpecContext) {
		attack := `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script> ` +
			`[click](javascript:document.title='taken') <a href="javascript:0">x</a> ![p](https://example.com/p.png)`
		alice.fake.when("attack", func(turn *fakeTurn) {
			turn.title(attack)
			turn.tool(attack)
			turn.widget(object{"type": "Card", "background": "url(https://example.com/track.png)", "children": []object{
				{"type": "Text", "value": attack, "color": "red; background: url(//example.com)"},
				{"type": "Markdown", "value": attack},
				{"type": "Image", "src": "javascript:alert(1)", "alt": "no picture"},
				{"type": "Image", "src": "http://example.com/plain.png", "alt": "not over plain http"},
				{"type": "Nonsense", "value": attack, "children": []object{{"type": "Text", "value": "inside"}}},
			}})
			turn.says(attack)
		})
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "attack")
		Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(ConsistOf(HavePrefix(`<img src=x onerror="document.title='taken'"><script>`)))
		for _, never := range []string{".items img", ".items script", ".items a[href^='javascript']", "title img"} {
			Expect(alice.reads(ctx, never)).To(BeEmpty(), never)
		}
		Expect(alice.reads(ctx, ".w-unknown")).To(ConsistOf(ContainSubstring("inside")))
		Expect(alice.reads(ctx, ".answer a")).To(Equal([]string{"p"}))
		var title string
		alice.evaluates(ctx, `document.title`, &title)
		Expect(title).To(Equal("taskpilot"))
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("lets no markup in by any other door", func(ctx SpecContext) {
		alice.signsIn(ctx, "alice")
		var refused bool
		alice.evaluates(ctx, `(() => { try { document.body.innerHTML = '<b>x</b>'; return false; } catch { return true; } })()`, &refused)
		Expect(refused).To(BeTrue(), "trusted types refuse it")
		Eventually(ctx, alice.page.Errors).ShouldNot(BeEmpty(), "and a violation is seen where there is one")
	}, SpecTimeout(patience))

	It("stops an answer: what has come stays, and the server sees the page leave", func(ctx SpecContext) {
		left := make(chan struct{})
		alice.fake.when("Tell me a story", func(turn *fakeTurn) {
			turn.says("Once upon a time there was a list", func(piece int) {
				if piece == 3 {
					<-turn.context.Done()
					close(left)
				}
			})
		})
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "Tell me a story")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Once upon a time the"}))
		alice.clicks(ctx, ".stop")
		Eventually(ctx, left).Should(BeClosed())
		Eventually(ctx, alice.reads).WithArguments(ctx, ".aside").Should(ContainElement("You stopped this answer."))
		Expect(alice.reads(ctx, ".answer")).To(Equal([]string{"Once upon a time the"}))
		alice.pictures(ctx, "stopped")

		alice.says(ctx, "Hello again")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(2))
		Expect(alice.sees(ctx, ".aside")).To(BeFalse())
	}, SpecTimeout(patience))

	It("shows a failed turn and has it answered again where that is allowed", func(ctx SpecContext) {
		alice.fake.when("Fail", func(turn *fakeTurn) {
			turn.says("The model could not be reached.")
			turn.send(object{"type": "error", "code": "custom", "message": "You can try again.", "allow_retry": true})
		})
		alice.fake.when("again:Fail", func(turn *fakeTurn) { turn.says("This time it worked.") })
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "Fail")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(Equal([]string{"You can try again."}))
		alice.pictures(ctx, "failure")
		alice.clicks(ctx, ".failure .text-button")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"This time it worked."}))
		Expect(alice.sees(ctx, ".failure")).To(BeFalse())
		Expect(alice.reads(ctx, ".bubble")).To(Equal([]string{"Fail"}))
	}, SpecTimeout(patience))

	It("offers no retry where it is not allowed, and gives the words back", func(ctx SpecContext) {
		alice.fake.when("refuse:Too long", func(turn *fakeTurn) {
			turn.send(object{"type": "error", "code": "custom", "message": "This message is too long.", "allow_retry": false})
		})
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "Too long")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(Equal([]string{"This message is too long."}))
		Expect(alice.sees(ctx, ".failure .text-button")).To(BeFalse())
		Expect(alice.page.Value(ctx, "textarea")).To(Equal("Too long"))
	}, SpecTimeout(patience))

	It("keeps a message that did not get through, and sends it again", func(ctx SpecContext) {
		alice.signsIn(ctx, "alice")
		alice.fake.refuseNext(http.StatusBadGateway, "The chat service is away.")
		alice.says(ctx, "Keep me")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(Equal([]string{"The chat service is away."}))
		Expect(alice.reads(ctx, ".bubble")).To(Equal([]string{"Keep me"}))
		Expect(alice.reads(ctx, ".state")).To(Equal([]string{"Not sent"}))
		alice.pictures(ctx, "notsent")
		Expect(alice.fake.requests("threads.create")).To(HaveLen(1), "nothing is sent twice by itself")
		alice.clicks(ctx, ".failure .text-button")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"You said: Keep me"}))
		Expect(alice.reads(ctx, ".bubble")).To(Equal([]string{"Keep me"}))
	}, SpecTimeout(patience))

	It("says when the connection broke off, and shows what the server has", func(ctx SpecContext) {
		seen := make(chan struct{})
		alice.fake.bare = true // nobody can be asked what became of the turn
		alice.fake.when("Cut", func(turn *fakeTurn) {
			turn.says("All of it", func(int) {
				turn.waits(seen)
				panic(http.ErrAbortHandler)
			})
		})
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "Cut")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"All o"}))
		close(seen)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(ConsistOf(ContainSubstring("connection was lost")))
		alice.fake.grow(1)
		alice.clicks(ctx, ".failure .text-button")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Item 0"}))
	}, SpecTimeout(patience))

	It("sends nothing while an answer is at work, and begins a line with Shift and Enter", func(ctx SpecContext) {
		next := make(chan struct{})
		alice.fake.when("one\ntwo", func(turn *fakeTurn) { turn.waits(next) })
		alice.signsIn(ctx, "alice")
		alice.types(ctx, "one")
		Expect(alice.page.Type(ctx, kb.Enter, chromedp.ModifierShift)).To(Succeed())
		alice.types(ctx, "two"+kb.Enter)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".bubble").Should(Equal([]string{"one\ntwo"}))
		alice.types(ctx, "three"+kb.Enter)
		close(next)
		Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
		Expect(alice.fake.requests("threads.add_user_message")).To(BeEmpty())
		alice.types(ctx, kb.Enter)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"You said: three"}))
	}, SpecTimeout(patience))

	It("can be used with the keyboard alone", func(ctx SpecContext) {
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "First")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(1))
		focus := func() (found string) {
			alice.evaluates(ctx, `(() => { const at = document.querySelector('openai-chatkit').shadowRoot.activeElement;
				return at?.getAttribute('aria-label') ?? at?.innerText ?? ''; })()`, &found)
			return found
		}
		Eventually(ctx, focus).Should(Equal("Message"))
		Eventually(ctx, func(g Gomega) { // behind what can be done with the answer, the conversation, a new one
			g.Expect(alice.page.Type(ctx, kb.Tab, chromedp.ModifierShift)).To(Succeed())
			g.Expect(focus()).To(Equal("Past conversations"))
		}).Should(Succeed())
		alice.types(ctx, kb.Enter)
		Eventually(ctx, focus).Should(Equal("Close"))
		alice.types(ctx, kb.Escape)
		Eventually(ctx, focus).Should(Equal("Past conversations"), "the focus goes back to where it came from")
	}, SpecTimeout(patience))
})
