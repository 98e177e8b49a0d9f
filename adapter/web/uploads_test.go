package web_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// options sets the element's options to those of a page that has a token, and these beside.
func (p *person) options(ctx SpecContext, more string) {
	GinkgoHelper()
	p.does(ctx, `setOptions({ api: { url: '/api/v1/chatkit', `+p.api+` fetch: (url, options) => fetch(url, { ...options, headers: { ...options.headers, Authorization: 'Bearer token-1' } }) },
		startScreen: { greeting: 'Hello' }, thread: { autoScroll: true }, `+more+` })`)
	Eventually(ctx, p.reads).WithArguments(ctx, ".greeting").Should(Equal([]string{"Hello"}))
}

var _ = Describe("The composer", func() {
	var alice *person

	BeforeEach(func(ctx SpecContext) {
		alice = newPerson()
		alice.signsIn(ctx, "alice")
	})

	// puts drops files on the chat, as a person does with a mouse.
	puts := func(ctx SpecContext, files ...[3]string) {
		GinkgoHelper()
		var made strings.Builder
		for _, file := range files {
			fmt.Fprintf(&made, "data.items.add(new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], %q, { type: %q }));", file[2], file[0], file[1])
		}
		alice.evaluates(ctx, `(() => { const data = new DataTransfer(); `+made.String()+`
			const at = document.querySelector('openai-chatkit').shadowRoot.querySelector('.chat');
			const over = new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true });
			at.dispatchEvent(over);
			if (!over.defaultPrevented) throw new Error('files can not be dropped here');
			at.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })); })()`, nil)
	}
	text := func(content string) string { return base64.StdEncoding.EncodeToString([]byte(content)) }
	image := strings.TrimPrefix(picture, "data:image/png;base64,")

	It("uploads files in two phases, shows them, takes one out again and sends the rest", func(ctx SpecContext) {
		alice.options(ctx, `composer: { attachments: { enabled: true } }`)
		puts(ctx, [3]string{"list.txt", "text/plain", text("milk")}, [3]string{"cat.png", "image/png", image}, [3]string{"wrong.txt", "text/plain", text("oops")})
		Eventually(ctx, alice.reads).WithArguments(ctx, ".tray .name").Should(Equal([]string{"list.txt", "cat.png", "wrong.txt"}))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".tray progress").Should(BeEmpty())
		Expect(alice.fake.files()["list.txt"].body).To(Equal("milk"))
		alice.pictures(ctx, "attached")
		alice.clicks(ctx, ".tray [aria-label='Remove wrong.txt']")
		Eventually(ctx, func() bool { return alice.fake.files()["wrong.txt"].deleted }).Should(BeTrue())

		alice.says(ctx, "What is this?")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(1))
		sent := alice.fake.requests("threads.create")[0].Params["input"].(object)["attachments"]
		Expect(sent).To(Equal([]any{alice.fake.files()["list.txt"].attachment["id"], alice.fake.files()["cat.png"].attachment["id"]}))
		Expect(alice.sees(ctx, ".tray")).To(BeFalse())
		Expect(alice.reads(ctx, ".item .files li")).To(Equal([]string{"list.txt", ""}))
		Expect(alice.reads(ctx, ".item .files img")).To(HaveLen(1))
		alice.pictures(ctx, "attachments")
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("uploads directly where the page says so, from the file dialog", func(ctx SpecContext) {
		alice.api = `uploadStrategy: { type: 'direct', uploadUrl: '/files' },`
		alice.options(ctx, `composer: { attachments: { enabled: true, accept: { 'text/*': ['.md'] } } }`)
		file := GinkgoT().TempDir() + "/notes.txt"
		Expect(os.WriteFile(file, []byte("eggs"), 0o600)).To(Succeed())
		Expect(alice.page.Choose(ctx, file, func() error { return alice.page.ClickOn(ctx, "[aria-label='Add files']") })).To(Succeed())
		Eventually(ctx, func() string { return alice.fake.files()["notes.txt"].body }).Should(Equal("eggs"))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".tray progress").Should(BeEmpty())
		alice.does(ctx, "focusComposer()")
		alice.types(ctx, kb.Enter)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".item .files li").Should(Equal([]string{"notes.txt"}))
	}, SpecTimeout(patience))

	It("says why a file is not taken", func(ctx SpecContext) {
		alice.options(ctx, `composer: { attachments: { enabled: true, maxCount: 1, maxSize: { 'text/*': 3 }, accept: { 'text/plain': ['.txt'], 'image/*': [] } } }`)
		puts(ctx, [3]string{"big.txt", "text/plain", text("milk")})
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(ConsistOf(ContainSubstring("big.txt is too large")))
		puts(ctx, [3]string{"run.exe", "application/x-msdownload", text("x")})
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(ConsistOf(ContainSubstring("run.exe is of a type")))
		puts(ctx, [3]string{"one.png", "image/png", image}, [3]string{"two.png", "image/png", image})
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(ConsistOf("A message can have 1 files at most."))
		Expect(alice.reads(ctx, ".tray .name")).To(Equal([]string{"one.png"}))
	}, SpecTimeout(patience))

	It("gives a message that was refused back with its files and its quote", func(ctx SpecContext) {
		alice.options(ctx, `composer: { attachments: { enabled: true } }`)
		alice.fake.when("refuse:Look", func(turn *fakeTurn) {
			turn.send(object{"type": "error", "code": "custom", "message": "Not now.", "allow_retry": false})
		})
		alice.does(ctx, `setComposerValue({ reply: 'as it was', files: [new File(['a'], 'a.txt', { type: 'text/plain' })] })`)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".tray progress").Should(BeEmpty())
		alice.says(ctx, "Look")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure p").Should(Equal([]string{"Not now."}))
		Expect(alice.page.Value(ctx, "textarea")).To(Equal("Look"))
		Expect(alice.reads(ctx, ".tray .name")).To(Equal([]string{"a.txt"}))
		Expect(alice.reads(ctx, ".reply .quoted")).To(Equal([]string{"as it was"}))
		Expect(alice.fake.requests("threads.create")[0].Params["input"].(object)["quoted_text"]).To(Equal("as it was"))
	}, SpecTimeout(patience))

	It("sends the model and the tool that were chosen, and tells the page of the tool", func(ctx SpecContext) {
		alice.evaluates(ctx, `document.querySelector('openai-chatkit').addEventListener('chatkit.tool.change', ({ detail }) => { (window.tools ??= []).push(detail.toolId); })`, nil)
		alice.options(ctx, `composer: { models: [{ id: 'small', label: 'Small' }, { id: 'large', label: 'Large', default: true }, { id: 'old', label: 'Old', disabled: true }],
			tools: [{ id: 'find', label: 'Find tasks', shortLabel: 'Find', icon: 'search', pinned: true, placeholderOverride: 'Find what?' }, { id: 'plan', label: 'Plan', icon: 'calendar', persistent: true }] }`)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".choice[aria-pressed]").Should(Equal([]string{"Find tasks"}))
		alice.clicks(ctx, ".choice[aria-pressed]")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".choice[aria-pressed=true]").Should(Equal([]string{"Find"}))
		var placeholder string
		alice.evaluates(ctx, `document.querySelector('openai-chatkit').shadowRoot.querySelector('textarea').placeholder`, &placeholder)
		Expect(placeholder).To(Equal("Find what?"))
		alice.pictures(ctx, "choices")
		alice.gets(ctx, "milk", ".answer")
		Expect(alice.fake.requests("threads.create")[0].Params["input"].(object)["inference_options"]).To(Equal(object{"model": "large", "tool_choice": object{"id": "find"}}))
		alice.does(ctx, `setComposerValue({ text: 'next', selectedToolId: 'plan', selectedModelId: 'small' })`)
		alice.says(ctx, "")
		Eventually(ctx, func() []ask { return alice.fake.requests("threads.add_user_message") }).Should(HaveLen(1))
		Expect(alice.fake.requests("threads.add_user_message")[0].Params["input"].(object)["inference_options"]).To(Equal(object{"model": "small", "tool_choice": object{"id": "plan"}}))
		var told []any
		alice.evaluates(ctx, `window.tools`, &told)
		Expect(told).To(Equal([]any{"find", nil, "plan"}))
	}, SpecTimeout(patience))

	It("finds the tags of a message in its words again", func(ctx SpecContext) {
		alice.does(ctx, `setComposerValue({ content: [{ type: 'input_text', text: 'Ask ' }, { type: 'input_tag', id: 'b', text: 'Bob (home)' }, { type: 'input_text', text: ' ' }] })`)
		Expect(alice.page.Value(ctx, "textarea")).To(Equal("Ask Bob (home) "))
		alice.says(ctx, "today")
		Eventually(ctx, func() []ask { return alice.fake.requests("threads.create") }).Should(HaveLen(1))
		Expect(alice.fake.requests("threads.create")[0].Params["input"].(object)["content"]).To(Equal([]any{
			object{"type": "input_text", "text": "Ask "}, object{"type": "input_tag", "id": "b", "text": "Bob (home)", "data": object{}}, object{"type": "input_text", "text": " today"},
		}))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".tag").Should(Equal([]string{"Bob (home)"}))
	}, SpecTimeout(patience))

	It("writes down what was said", func(ctx SpecContext) {
		// The machine has no microphone: the browser's own is stood in for by a tone.
		alice.evaluates(ctx, `void (navigator.mediaDevices.getUserMedia = async () => { const audio = new AudioContext(); const tone = audio.createOscillator();
			const end = audio.createMediaStreamDestination(); tone.connect(end); tone.start(); return end.stream; })`, nil)
		alice.options(ctx, `composer: { dictation: { enabled: true } }`)
		alice.clicks(ctx, "[aria-label='Dictate']")
		Eventually(ctx, alice.sees).WithArguments(ctx, "[aria-label='End dictation']").Should(BeTrue())
		alice.clicks(ctx, "[aria-label='End dictation']")
		Eventually(ctx, alice.page.Value).WithArguments(ctx, "textarea").Should(Equal("buy oat milk"))
		sent := alice.fake.requests("input.transcribe")[0].Params
		Expect(sent["mime_type"]).To(Equal("audio/webm;codecs=opus"))
		Expect(base64.StdEncoding.DecodeString(sent["audio_base64"].(string))).To(HavePrefix("\x1a\x45\xdf\xa3"), "a WebM file")
	}, SpecTimeout(patience))

	It("is closed in a conversation that is, with the reason", func(ctx SpecContext) {
		alice.says(ctx, "Hello")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(1))
		alice.fake.mu.Lock()
		alice.fake.threads[threadOf(ctx, alice)].status = object{"type": "locked", "reason": "A colleague is looking into it."}
		alice.fake.mu.Unlock()
		alice.does(ctx, "fetchUpdates()")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".closed").Should(Equal([]string{"A colleague is looking into it."}))
		Expect(alice.reads(ctx, "textarea:disabled")).To(HaveLen(1))
		alice.pictures(ctx, "locked")
	}, SpecTimeout(patience))
})
