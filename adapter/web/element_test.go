package web_test

import (
	"context"
	"fmt"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The element", func() {
	var alice *person

	BeforeEach(func(ctx SpecContext) {
		alice = newPerson()
		alice.fake.when("card", func(turn *fakeTurn) { turn.widget(formCard()) })
		alice.fake.when("list", func(turn *fakeTurn) {
			turn.widget(object{"type": "ListView", "limit": 2, "children": []object{listItem("Home", "a"), listItem("Work", "b"), listItem("Garden", "c")}})
		})
		alice.signsIn(ctx, "alice")
		alice.evaluates(ctx, `(() => {
			window.heard = [];
			const chat = document.querySelector('openai-chatkit');
			for (const name of ['ready', 'error', 'effect', 'response.start', 'response.end', 'thread.change', 'thread.load.start', 'thread.load.end', 'history.open', 'history.close']) {
				chat.addEventListener('chatkit.' + name, ({ detail }) => window.heard.push(name + (detail?.error ? ' ' + detail.error.message : detail ? ' ' + JSON.stringify(detail) : '')));
			}
		})()`, nil)
	})

	heard := func(ctx context.Context) []string {
		GinkgoHelper()
		var names []string
		alice.evaluates(ctx, `window.heard`, &names)
		return names
	}

	It("tells its page what happens", func(ctx SpecContext) {
		alice.fake.when("effect", func(turn *fakeTurn) {
			turn.send(object{"type": "client_effect", "name": "confetti", "data": object{"n": 3}})
			turn.says("Done.")
			turn.send(object{"type": "error", "code": "custom", "message": "Almost.", "allow_retry": false})
		})
		alice.says(ctx, "effect")
		Eventually(ctx, heard).WithArguments(ctx).Should(ContainElement("response.end"))
		thread := fmt.Sprintf(`{"threadId":%q}`, threadOf(ctx, alice))
		Expect(heard(ctx)).To(Equal([]string{
			"response.start", "thread.change " + thread, `effect {"name":"confetti","data":{"n":3}}`, "error Almost.", "response.end",
		}))
		alice.does(ctx, "showHistory()")
		alice.does(ctx, "hideHistory()")
		alice.does(ctx, "setThreadId(null)")
		alice.does(ctx, "setThreadId("+fmt.Sprintf("%q", threadOfBefore(alice))+")")
		Expect(heard(ctx)[5:]).To(Equal([]string{
			"history.open", "history.close", `thread.change {"threadId":null}`, "thread.change " + thread, "thread.load.start " + thread, "thread.load.end " + thread,
		}))
	}, SpecTimeout(patience))

	It("does what its methods say", func(ctx SpecContext) {
		alice.does(ctx, `setComposerValue({ text: 'a draft' })`)
		Expect(alice.page.Value(ctx, "textarea")).To(Equal("a draft"))
		alice.does(ctx, `sendUserMessage({ content: [{ type: 'input_text', text: 'Ask ' }, { type: 'input_tag', id: 'b', text: 'Bob' }], model: 'm', toolChoice: { id: 'x' }, reply: 'quoted' })`)
		asked := alice.fake.requests("threads.create")
		Expect(asked).To(HaveLen(1))
		Expect(asked[0].Params["input"]).To(Equal(object{
			"content":     []any{object{"type": "input_text", "text": "Ask "}, object{"type": "input_tag", "id": "b", "text": "Bob", "data": object{}}},
			"attachments": []any{}, "quoted_text": "quoted", "inference_options": object{"model": "m", "tool_choice": object{"id": "x"}},
		}))
		alice.does(ctx, `sendUserMessage({ text: 'New one', newThread: true })`)
		Expect(alice.fake.requests("threads.create")).To(HaveLen(2))
		Expect(alice.reads(ctx, ".bubble")).To(Equal([]string{"New one"}))

		alice.fake.grow(1)
		alice.does(ctx, "fetchUpdates()")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"You said: New one", "Item 0"}))
	}, SpecTimeout(patience))

	It("refuses options without an api, at once", func(ctx SpecContext) {
		var message string
		alice.evaluates(ctx, `(() => { try { document.createElement('openai-chatkit').setOptions({}); } catch (error) { return error.message; } })()`, &message)
		Expect(message).To(ContainSubstring("options.api"))
	}, SpecTimeout(patience))

	It("takes its looks from the options, and nothing else with them", func(ctx SpecContext) {
		alice.does(ctx, `setOptions({ api: { url: '/api/v1/chatkit' }, locale: 'ar', header: { enabled: false },
			theme: { colorScheme: 'dark', radius: 'sharp', typography: { baseSize: 18 }, color: { accent: { primary: 'rgb(1, 2, 3)', level: 1 } } },
			startScreen: { greeting: 'Hi there', prompts: [] }, disclaimer: { text: 'May be **wrong**.' } })`)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".greeting").Should(Equal([]string{"Hi there"}))
		var looks object
		alice.evaluates(ctx, `(() => { const chat = document.querySelector('openai-chatkit').shadowRoot.querySelector('.chat'); const style = getComputedStyle(chat);
			return { dir: chat.dir, size: style.fontSize, accent: style.getPropertyValue('--accent'), scheme: style.colorScheme }; })()`, &looks)
		Expect(looks).To(Equal(object{"dir": "rtl", "size": "18px", "accent": "rgb(1, 2, 3)", "scheme": "dark"}))
		Expect(alice.sees(ctx, ".main .bar")).To(BeFalse())
		Expect(alice.reads(ctx, ".disclaimer strong")).To(Equal([]string{"wrong"}))
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("sends a form's fields with its action, nested by their names", func(ctx SpecContext) {
		alice.fake.when("action:save", func(turn *fakeTurn) { turn.says("Saved.") })
		alice.says(ctx, "card")
		alice.clicks(ctx, ".w-card input[type=checkbox]")
		Eventually(ctx, alice.sees).WithArguments(ctx, ".w-card input[type=checkbox]:not(:checked)").Should(BeTrue())
		alice.clicks(ctx, ".w-card .w-label")
		Eventually(ctx, alice.sees).WithArguments(ctx, ".w-card .w-input:focus").Should(BeTrue())
		alice.types(ctx, kb.End+" now"+kb.Enter)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Saved."}))
		asked := alice.fake.requests("threads.custom_action")
		Expect(asked).To(HaveLen(1))
		Expect(asked[0].Params["action"]).To(Equal(object{"type": "save", "payload": object{
			"from": "card", "list": "w", "task": object{"title": "Water the plants now", "urgent": false},
		}}))
	}, SpecTimeout(patience))

	It("shows at once what a sync action changed", func(ctx SpecContext) {
		alice.says(ctx, "card")
		alice.clicks(ctx, ".w-card-actions .quiet")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".w-card").Should(Equal([]string{"Clicked"}))
		Expect(alice.fake.requests("threads.sync_custom_action")).To(HaveLen(1))
	}, SpecTimeout(patience))

	It("leaves client actions to the page", func(ctx SpecContext) {
		alice.does(ctx, `setOptions({ api: { url: '/api/v1/chatkit', fetch: (url, options) => fetch(url, { ...options, headers: { ...options.headers, Authorization: 'Bearer token-1' } }) },
			widgets: { onAction: async (action, { widget }) => { window.heard.push(action.type + ' of a ' + widget.type); } } })`)
		alice.says(ctx, "card")
		alice.clicks(ctx, ".w-card .w-button")
		Eventually(ctx, heard).WithArguments(ctx).Should(ContainElement("remind of a Card"))
		Expect(alice.fake.requests("threads.custom_action")).To(BeEmpty())
	}, SpecTimeout(patience))

	It("shows a long list's rest when asked", func(ctx SpecContext) {
		alice.says(ctx, "list")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".w-listview > .text-button").Should(Equal([]string{"Show 1 more"}))
		Expect(alice.sees(ctx, ".w-list li:nth-child(3)")).To(BeFalse())
		alice.clicks(ctx, ".w-listview > .text-button")
		Eventually(ctx, alice.sees).WithArguments(ctx, ".w-list li:nth-child(3)").Should(BeTrue())
		alice.clicks(ctx, ".w-list li:nth-child(3) [role=button]")
		Eventually(ctx, func() []ask { return alice.fake.requests("threads.custom_action") }).Should(HaveLen(1))
	}, SpecTimeout(patience))

	It("shows the other items when one can't be drawn", func(ctx SpecContext) {
		alice.fake.when("broken", func(turn *fakeTurn) {
			turn.done(object{"type": "task"})
			turn.says("Still here.")
		})
		alice.says(ctx, "broken")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Still here."}))
		Expect(alice.reads(ctx, ".items .aside")).To(Equal([]string{"This can’t be shown here."}))
		Expect(heard(ctx)).To(ContainElement(HavePrefix("error ")))
	}, SpecTimeout(patience))

	It("gives its stream up when it is taken off the page, and not when it is moved", func(ctx SpecContext) {
		left := make(chan struct{})
		alice.fake.when("wait", func(turn *fakeTurn) {
			turn.says("Waiting for you", func(piece int) {
				if piece == 0 {
					<-turn.context.Done()
					close(left)
				}
			})
		})
		alice.says(ctx, "wait")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Waiti"}))
		alice.evaluates(ctx, `(() => { const chat = document.querySelector('openai-chatkit'); chat.parentNode.append(chat); })()`, nil)
		Consistently(ctx, left).WithTimeout(heldFor).ShouldNot(BeClosed())
		alice.evaluates(ctx, `document.querySelector('openai-chatkit').remove()`, nil)
		Eventually(ctx, left).Should(BeClosed())
	}, SpecTimeout(patience))
})

// threadOf is the id of the thread in the page's address.
func threadOf(ctx context.Context, p *person) string {
	GinkgoHelper()
	var id string
	p.evaluates(ctx, `decodeURIComponent(window.location.hash.replace('#thread=', ''))`, &id)
	return id
}

// threadOfBefore is the only thread that the fake has.
func threadOfBefore(p *person) string {
	p.fake.mu.Lock()
	defer p.fake.mu.Unlock()
	for id := range p.fake.threads {
		return id
	}
	return ""
}
