package web_test

import (
	"net/http"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("What a widget's action does", func() {
	var (
		alice *person
		next  chan struct{}
	)

	list := func(rows ...object) object { return object{"type": "Card", "id": "card", "children": rows} }
	tick := func(id string, done bool) object {
		return object{"type": "Checkbox", "name": "done." + id, "label": "Task " + id, "defaultChecked": done,
			"onChangeAction": object{"type": "toggle", "payload": object{"id": id}, "streaming": false}}
	}

	BeforeEach(func(ctx SpecContext) {
		alice, next = newPerson(), make(chan struct{})
		alice.fake.when("ticks", func(turn *fakeTurn) { turn.widget(list(tick("a", false), tick("b", true))) })
		alice.fake.when("rows", func(turn *fakeTurn) {
			turn.done(object{"id": "itm_rows", "type": "widget", "widget": list(
				object{"type": "Row", "onClickAction": object{"type": "open"}, "children": []object{
					{"type": "Text", "value": "A row"}, {"type": "Button", "label": "Inside", "onClickAction": object{"type": "inside"}},
				}},
				object{"type": "Button", "label": "Slow", "onClickAction": object{"type": "slow"}},
				object{"type": "Button", "label": "Fade", "onClickAction": object{"type": "slow", "loadingBehavior": "container"}},
				object{"type": "Button", "label": "Quiet", "onClickAction": object{"type": "slow", "loadingBehavior": "none"}},
			)})
		})
		for _, action := range []string{"open", "inside", "slow"} {
			alice.fake.when("action:"+action, func(turn *fakeTurn) { turn.waits(next) })
		}
		alice.fake.when("action:gone", func(turn *fakeTurn) {})
		alice.signsIn(ctx, "alice")
	})

	asked := func(kind string) func() []string {
		return func() (types []string) {
			for _, one := range alice.fake.requests(kind) {
				types = append(types, one.Params["action"].(object)["type"].(string))
			}
			return types
		}
	}

	It("changes what the server says it changed, and sends what was ticked under its name", func(ctx SpecContext) {
		alice.says(ctx, "ticks")
		alice.clicks(ctx, ".w-check input")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".w-card").Should(Equal([]string{"Clicked"}))
		Expect(alice.fake.requests("threads.sync_custom_action")[0].Params["action"]).To(Equal(object{
			"type": "toggle", "payload": object{"id": "a", "done": object{"a": true}},
		}))
	}, SpecTimeout(patience))

	It("leaves nothing ticked that the server refused", func(ctx SpecContext) {
		alice.gets(ctx, "ticks", ".w-card")
		alice.fake.refuseNext(http.StatusConflict, "Somebody else has it.")
		alice.clicks(ctx, ".w-check input")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(Equal([]string{"Somebody else has it."}))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".w-check input:checked").Should(HaveLen(1))
	}, SpecTimeout(patience))

	It("works at once for a sync action, and waits its turn for another, while an answer is being written", func(ctx SpecContext) {
		alice.gets(ctx, "ticks", ".w-check")
		alice.gets(ctx, "rows", ".w-button")
		alice.fake.when("wait", func(turn *fakeTurn) { turn.waits(next) })
		alice.says(ctx, "wait")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".bubble").Should(HaveLen(3))
		alice.clicks(ctx, ".w-button")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(ConsistOf(HavePrefix("Wait until")))
		Expect(asked("threads.custom_action")()).To(BeEmpty())
		alice.clicks(ctx, ".w-check input")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".w-card").Should(ContainElement("Clicked"))
		close(next)
	}, SpecTimeout(patience))

	It("belongs to the innermost thing that was pressed, by mouse or key", func(ctx SpecContext) {
		alice.gets(ctx, "rows", ".w-card")
		close(next)
		alice.clicks(ctx, ".w-press .w-button")
		Eventually(ctx, asked("threads.custom_action")).Should(Equal([]string{"inside"}))
		Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
		Eventually(ctx, alice.reads).WithArguments(ctx, "[data-busy]").Should(BeEmpty())
		alice.clicks(ctx, ".w-press .w-text")
		Eventually(ctx, asked("threads.custom_action")).Should(Equal([]string{"inside", "open"}))
		Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
		Eventually(ctx, alice.reads).WithArguments(ctx, "[data-busy]").Should(BeEmpty())
		alice.evaluates(ctx, `document.querySelector('openai-chatkit').shadowRoot.querySelector('.w-press').focus()`, nil)
		alice.types(ctx, kb.Enter)
		Eventually(ctx, asked("threads.custom_action")).Should(Equal([]string{"inside", "open", "open"}))
	}, SpecTimeout(patience))

	DescribeTable("shows that it is at work where it was told to",
		func(ctx SpecContext, button int, where string) {
			alice.gets(ctx, "rows", ".w-card")
			alice.clicks(ctx, []string{"", ".w-card-body > .w-button:nth-child(2)", ".w-card-body > .w-button:nth-child(3)", ".w-card-body > .w-button:nth-child(4)"}[button])
			Eventually(ctx, asked("threads.custom_action")).Should(Equal([]string{"slow"}))
			var busy []string
			alice.evaluates(ctx, `[...document.querySelector('openai-chatkit').shadowRoot.querySelectorAll('[data-busy]')].map((node) => node.className.split(' ')[0])`, &busy)
			if where == "" {
				Expect(busy).To(BeEmpty())
			} else {
				Expect(busy).To(Equal([]string{where}))
			}
			close(next)
			Eventually(ctx, alice.reads).WithArguments(ctx, "[data-busy]").Should(BeEmpty())
		},
		Entry("itself", SpecTimeout(patience), 1, "w-button"),
		Entry("the whole widget", SpecTimeout(patience), 2, "widget"),
		Entry("nowhere", SpecTimeout(patience), 3, ""),
	)

	It("keeps what was written when the widget is drawn anew", func(ctx SpecContext) {
		alice.fake.when("form", func(turn *fakeTurn) {
			turn.done(object{"id": "itm_form", "type": "widget", "widget": formCard()})
			turn.waits(next)
			turn.replaces("itm_form", object{"widget": formCard()})
			turn.says("Look again.")
		})
		alice.says(ctx, "form")
		alice.clicks(ctx, ".w-card input")
		alice.types(ctx, "!")
		close(next)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Look again."}))
		Expect(alice.page.Value(ctx, ".w-card input")).To(ContainSubstring("!"))
	}, SpecTimeout(patience))
})

var _ = Describe("An answer's bar", func() {
	var alice *person

	BeforeEach(func(ctx SpecContext) {
		alice = newPerson()
		alice.signsIn(ctx, "alice")
		alice.options(ctx, `threadItemActions: { feedback: true, retry: true }`)
		alice.fake.when("again:Second", func(turn *fakeTurn) { turn.says("Better.") })
		for at, message := range []string{"First", "Second"} {
			alice.says(ctx, message)
			Eventually(ctx, alice.reads).WithArguments(ctx, ".answer-bar").Should(HaveLen(at + 1))
		}
	})

	It("tells the server what the person thinks of it", func(ctx SpecContext) {
		alice.clicks(ctx, "[aria-label='Good answer']")
		Eventually(ctx, func() []ask { return alice.fake.requests("items.feedback") }).Should(HaveLen(1))
		sent := alice.fake.requests("items.feedback")[0].Params
		Expect(sent["kind"]).To(Equal("positive"))
		Expect(sent["item_ids"]).To(Equal([]any{alice.fake.threads[threadOf(ctx, alice)].items[1]["id"]}))
		Eventually(ctx, alice.reads).WithArguments(ctx, "[aria-pressed=true]").Should(HaveLen(1))
		alice.pictures(ctx, "feedback")
		alice.fake.refuseNext(http.StatusBadGateway, "Not now.")
		alice.clicks(ctx, "[aria-label='Bad answer']")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(Equal([]string{"Not now."}))
		Eventually(ctx, alice.reads).WithArguments(ctx, "[aria-label='Good answer'][aria-pressed=true]").Should(HaveLen(1))
	}, SpecTimeout(patience))

	It("has the newest one written again", func(ctx SpecContext) {
		Expect(alice.reads(ctx, "[aria-label='Answer again']")).To(HaveLen(1))
		alice.clicks(ctx, "[aria-label='Answer again']")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"You said: First", "Better."}))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer-bar").Should(HaveLen(2))
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))
})

var _ = Describe("What a host page may add", func() {
	var alice *person

	BeforeEach(func(ctx SpecContext) {
		alice = newPerson()
		alice.signsIn(ctx, "alice")
	})

	It("offers entities and commands while somebody writes", func(ctx SpecContext) {
		alice.options(ctx, `entities: { showComposerMenu: true, onTagSearch: async (query) => [{ id: 'bob', title: 'Bob Ross', group: 'People', interactive: true }, { id: 'bea', title: 'Bea', group: 'People' }].filter(({ title }) => title.toLowerCase().startsWith(query.toLowerCase())),
				onClick: ({ id }) => { window.clicked = id; },
				onRequestPreview: async ({ id }) => ({ preview: { type: 'Basic', children: [{ type: 'Text', value: 'About ' + id }] } }) },
			commands: { enabled: true, onSearch: async () => [{ id: 'more', label: 'More' }], onSelect: async ({ id }) => (id === 'more' ? { type: 'menu', commands: [{ id: 'c', label: 'Carol' }] } : { type: 'entity', entity: { id: 'carol', title: 'Carol' } }) }`)
		alice.clicks(ctx, "[aria-label='Mention something']")
		Eventually(ctx, alice.reads).WithArguments(ctx, "[role=option]").Should(Equal([]string{"Bob Ross", "Bea"}))
		alice.types(ctx, "b")
		Eventually(ctx, alice.reads).WithArguments(ctx, "[role=option]").Should(HaveLen(2))
		alice.pictures(ctx, "suggestions")
		alice.types(ctx, "o")
		Eventually(ctx, alice.reads).WithArguments(ctx, "[role=option]").Should(Equal([]string{"Bob Ross"}))
		alice.types(ctx, kb.Enter)
		Eventually(ctx, alice.page.Value).WithArguments(ctx, "textarea").Should(Equal("Bob Ross "))
		alice.types(ctx, "calls"+kb.Enter)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(1))
		Expect(alice.fake.requests("threads.create")[0].Params["input"].(object)["content"].([]any)[0]).To(Equal(object{
			"type": "input_tag", "id": "bob", "text": "Bob Ross", "group": "People", "data": object{}, "interactive": true,
		}))
		alice.clicks(ctx, ".item .tag")
		var clicked string
		alice.evaluates(ctx, `window.clicked`, &clicked)
		Expect(clicked).To(Equal("bob"))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".preview").Should(Equal([]string{"About bob"}))

		alice.does(ctx, "focusComposer()")
		alice.types(ctx, "/")
		Eventually(ctx, alice.reads).WithArguments(ctx, "[role=option]").Should(Equal([]string{"More"}))
		alice.types(ctx, kb.Enter)
		Eventually(ctx, alice.reads).WithArguments(ctx, "[role=option]").Should(Equal([]string{"Carol"}))
		alice.types(ctx, kb.Enter)
		Eventually(ctx, alice.page.Value).WithArguments(ctx, "textarea").Should(Equal("Carol "))
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("has its own buttons in the header, and hears of its own links", func(ctx SpecContext) {
		alice.evaluates(ctx, `document.querySelector('openai-chatkit').addEventListener('chatkit.deeplink', ({ detail }) => { window.linked = detail; })`, nil)
		alice.options(ctx, `frameTitle: 'Helper', header: { leftAction: { icon: 'menu', onClick: () => { window.pressed = 'left'; } }, rightAction: { icon: 'home', onClick: () => {} } },
			theme: { color: { grayscale: { hue: 220, tint: 6 }, accent: { primary: '#7c3aed', level: 2 } } }`)
		alice.clicks(ctx, "[aria-label=menu]")
		var pressed string
		alice.evaluates(ctx, `window.pressed`, &pressed)
		Expect(pressed).To(Equal("left"))
		Expect(alice.reads(ctx, "[aria-label=home]")).To(HaveLen(1))
		alice.fake.when("link", func(turn *fakeTurn) { turn.says("[Open it](chatkit-link://task?id=7)") })
		alice.says(ctx, "link")
		alice.clicks(ctx, ".answer .link")
		var linked object
		alice.evaluates(ctx, `window.linked`, &linked)
		Expect(linked).To(Equal(object{"name": "task", "data": object{"id": "7"}}))
		alice.pictures(ctx, "themed")
	}, SpecTimeout(patience))

	It("may give a client secret in place of an address", func(ctx SpecContext) {
		alice.evaluates(ctx, `(() => { const chat = document.createElement('openai-chatkit'); chat.id = 'hosted'; window.secrets = [];
			chat.setOptions({ api: { getClientSecret: async (old) => { window.secrets.push(old); return old ? 'token-1' : 'stale'; } } });
			document.querySelector('openai-chatkit').replaceWith(chat); })()`, nil)
		alice.does(ctx, `sendUserMessage({ text: 'Hello' })`)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"You said: Hello"}))
		var secrets []any
		alice.evaluates(ctx, `window.secrets`, &secrets)
		Expect(secrets).To(Equal([]any{nil, "stale"}))
	}, SpecTimeout(patience))
})
