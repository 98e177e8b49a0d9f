package web_test

import (
	"context"
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The modules without a page: they run in the browser that they are written for, and get and give plain data.
var _ = Describe("The module", Ordered, ContinueOnFailure, func() {
	var somebody *person

	BeforeAll(func(ctx SpecContext) {
		somebody = newPerson()
		somebody.opens(ctx)
	})

	// runs evaluates an async function's body that may import the modules, and gives its value as JSON.
	runs := func(ctx context.Context, body string) string {
		GinkgoHelper()
		var out json.RawMessage
		somebody.evaluates(ctx, "(async () => {"+body+"})()", &out)
		return string(out)
	}

	Describe("protocol/sse", func() {
		const read = `
			const { eventData } = await import('/web/protocol/sse.js');
			const all = async (...chunks) => {
				const found = [];
				for await (const data of eventData(new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(chunk); c.close(); } }))) found.push(data);
				return found;
			};
			const bytes = (text) => new TextEncoder().encode(text);`

		It("reads events with every line end, with comments and other fields between them", func(ctx SpecContext) {
			Expect(runs(ctx, read+`return all(bytes('\uFEFF: hi\ndata: 1\n\nid: 7\r\nevent: x\r\ndata:2\r\ndata:  3\r\n\r\n\n\ndata\n\ndata: 4\r\rdata: cut'))`)).
				To(MatchJSON(`["1", "2\n 3", "", "4"]`))
		}, SpecTimeout(patience))

		It("reads the same however the bytes are cut", func(ctx SpecContext) {
			Expect(runs(ctx, read+`
				const whole = bytes('data: {"a":"grüße 😀"}\r\n\r\n: hb\n\ndata: x\rdata: y\r\rdata: z\n\n');
				const wanted = JSON.stringify(await all(whole));
				const wrong = [];
				for (let at = 0; at <= whole.length; at++) {
					for (let to = at; to <= whole.length; to++) {
						const found = JSON.stringify(await all(whole.slice(0, at), whole.slice(at, to), whole.slice(to)));
						if (found !== wanted) wrong.push([at, to, found]);
					}
				}
				return { wanted: JSON.parse(wanted), wrong };`)).
				To(MatchJSON(`{"wanted": ["{\"a\":\"grüße 😀\"}", "x\ny", "z"], "wrong": []}`))
		}, SpecTimeout(patience))
	})

	Describe("protocol/client", func() {
		DescribeTable("says what went wrong in kinds that can be acted on",
			func(ctx SpecContext, answer, kind, message string) {
				Expect(runs(ctx, `
					const { Client } = await import('/web/protocol/client.js');
					const client = new Client({ url: '/x', fetch: async () => `+answer+` }, 'de');
					try { for await (const event of client.stream('t', {})) void event; return 'nothing'; }
					catch ({ kind, message }) { return { kind, message }; }`)).
					To(MatchJSON(`{"kind": "` + kind + `", "message": "` + message + `"}`))
			},
			Entry("no network", SpecTimeout(patience), `{ throw new TypeError('failed'); }`, "network", ""),
			Entry("refused", SpecTimeout(patience), `Response.json({ detail: 'Too long.' }, { status: 400 })`, "refused", "Too long."),
			Entry("refused without a word", SpecTimeout(patience), `new Response('<html>', { status: 413 })`, "refused", ""),
			Entry("refused with something that is no sentence", SpecTimeout(patience), `Response.json({ detail: { x: 1 } }, { status: 403 })`, "refused", ""),
			Entry("busy", SpecTimeout(patience), `Response.json({ title: 'Slow down' }, { status: 429 })`, "unavailable", "Slow down"),
			Entry("down", SpecTimeout(patience), `new Response('', { status: 502 })`, "unavailable", ""),
			Entry("no stream", SpecTimeout(patience), `Response.json({})`, "garbled", ""),
			Entry("no JSON in the stream", SpecTimeout(patience),
				`new Response('data: {oops\n\n', { headers: { 'Content-Type': 'text/event-stream' } })`, "garbled", ""),
		)

		It("sends a request in the protocol's form, in the page's language, by the page's own fetch", func(ctx SpecContext) {
			Expect(runs(ctx, `
				const { Client } = await import('/web/protocol/client.js');
				let seen;
				const fetch = async (url, options) => { seen = { url, ...options }; return Response.json({ ok: true }); };
				const answer = await new Client({ url: '/x', fetch }, 'pt-BR').call('threads.list', { limit: 3 });
				return { answer, seen: { ...seen, body: JSON.parse(seen.body) } };`)).
				To(MatchJSON(`{"answer": {"ok": true}, "seen": {"url": "/x", "method": "POST",
					"headers": {"Content-Type": "application/json", "Accept-Language": "pt-BR", "Accept": "application/json"},
					"body": {"type": "threads.list", "params": {"limit": 3}, "metadata": {}}}}`))
		}, SpecTimeout(patience))
	})

	Describe("state/conversation", func() {
		const folding = `
			const { fold, emptyConversation, turnEnds, turnBegins } = await import('/web/state/conversation.js');
			const after = (...events) => events.reduce(fold, emptyConversation);
			const seen = ({ live, ...state }) => ({ ...state, live: [...live] });
			const text = (id, text) => ({ id, type: 'assistant_message', content: [{ type: 'output_text', text, annotations: [] }] });
			const added = (item) => ({ type: 'thread.item.added', item });
			const done = (item) => ({ type: 'thread.item.done', item });
			const update = (item_id, update) => ({ type: 'thread.item.updated', item_id, update });`

		It("folds a streamed answer into what is stored", func(ctx SpecContext) {
			Expect(runs(ctx, folding+`
				const state = after(
					{ type: 'thread.created', thread: { id: 't', items: { data: [] } } },
					done({ id: 'u', type: 'user_message', content: [] }),
					{ type: 'stream_options', stream_options: { allow_cancel: true } },
					{ type: 'progress_update', text: 'Adding…' },
					added({ id: 'a', type: 'assistant_message', content: [] }),
					update('a', { type: 'assistant_message.content_part.added', content_index: 0, content: { type: 'output_text', text: '', annotations: [] } }),
					update('a', { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'He' }),
					update('a', { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'llo' }),
					done({ ...text('a', 'Hello') }),
					{ type: 'thread.updated', thread: { id: 't', title: 'T' } });
				return { ...seen(state), live: [...state.live] };`)).
				To(MatchJSON(`{"thread": {"id": "t", "title": "T"}, "allowCancel": true, "progress": null, "notices": [], "error": null, "live": [],
					"items": [{"id": "u", "type": "user_message", "content": []},
						{"id": "a", "type": "assistant_message", "content": [{"type": "output_text", "text": "Hello", "annotations": []}]}]}`))
		}, SpecTimeout(patience))

		It("never changes a state in place, and keeps what did not change as the same object", func(ctx SpecContext) {
			Expect(runs(ctx, folding+`
				const freeze = (value) => { if (value && typeof value === 'object') { Object.freeze(value); Object.values(value).forEach(freeze); } return value; };
				let state = freeze(after(done(text('a', 'one')), added(text('b', ''))));
				const next = fold(state, update('b', { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'x' }));
				return [next.items[0] === state.items[0], next.items[1] === state.items[1], state.items[1].content[0].text, next.live === state.live];`)).
				To(MatchJSON(`[true, false, "", true]`))
		}, SpecTimeout(patience))

		It("removes, replaces, updates widgets and workflows", func(ctx SpecContext) {
			Expect(runs(ctx, folding+`
				const state = after(
					done(text('gone', 'x')), done({ id: 'w', type: 'widget', widget: { type: 'Card', children: [
						{ type: 'Row', children: [{ type: 'Text', id: 'in', value: 'a' }] }, { type: 'Transition', children: { type: 'Text', id: 'one', value: 'b' } }] } }),
					added({ id: 'f', type: 'workflow', workflow: { type: 'custom', tasks: [], expanded: false } }),
					update('w', { type: 'widget.streaming_text.value_delta', component_id: 'in', delta: 'bc', done: false }),
					update('w', { type: 'widget.component.updated', component_id: 'one', component: { type: 'Badge', label: 'new' } }),
					update('f', { type: 'workflow.task.added', task_index: 0, task: { type: 'custom', title: 'A' } }),
					update('f', { type: 'workflow.task.updated', task_index: 0, task: { type: 'custom', title: 'B' } }),
					{ type: 'thread.item.removed', item_id: 'gone' },
					{ type: 'thread.item.replaced', item: text('r', 'at the end') },
					{ type: 'error', code: 'custom', message: 'M', allow_retry: true });
				return { items: state.items, live: [...state.live], error: state.error, ended: [...turnEnds(state).live], again: turnBegins(state).error };`)).
				To(MatchJSON(`{"items": [
					{"id": "w", "type": "widget", "widget": {"type": "Card", "children": [
						{"type": "Row", "children": [{"type": "Text", "id": "in", "value": "abc", "streaming": true}]},
						{"type": "Transition", "children": {"type": "Badge", "label": "new"}}]}},
					{"id": "f", "type": "workflow", "workflow": {"type": "custom", "tasks": [{"type": "custom", "title": "B"}], "expanded": false}},
					{"id": "r", "type": "assistant_message", "content": [{"type": "output_text", "text": "at the end", "annotations": []}]}],
					"live": ["f"], "error": {"message": "M", "allowRetry": true}, "ended": [], "again": null}`))
		}, SpecTimeout(patience))

		It("is unmoved by events that it does not know or that fit nothing", func(ctx SpecContext) {
			Expect(runs(ctx, folding+`
				const state = after(done(text('a', 'one')));
				return [
					fold(state, { type: 'thread.message.delta', delta: 'x' }) === state,
					fold(state, { type: 'constructor' }) === state,
					fold(state, update('nobody', { type: 'widget.root.updated', widget: {} })) === state,
					fold(state, update('a', { type: 'of.tomorrow' })).items[0] === state.items[0],
					fold(state, update('a', {})).items[0] === state.items[0],
					fold(state, done({ id: 'h', type: 'hidden_context_item' })) === state,
					fold(state, { type: 'thread.item.removed', item_id: 'nobody' }).items.length,
				];`)).To(MatchJSON(`[true, true, true, true, true, true, 1]`))
		}, SpecTimeout(patience))
	})

	Describe("words", func() {
		It("says everything in every language", func(ctx SpecContext) {
			Expect(runs(ctx, `
				const { wordsFor } = await import('/web/words.js');
				const forms = (words) => Object.entries(words).flatMap(([name, said]) => (typeof said === 'object' ? forms(said) : [[name, typeof said === 'function' ? said.length : 0]]));
				const en = wordsFor('en'), de = wordsFor('de-CH');
				const same = Object.keys(en).filter((name) => typeof en[name] === 'string' && en[name] === de[name]);
				return { shape: JSON.stringify(forms(en)) === JSON.stringify(forms(de)), same, other: wordsFor('xx').language };`)).
				To(MatchJSON(`{"shape": true, "same": ["title"], "other": "en"}`))
		}, SpecTimeout(patience))
	})

	Describe("view/icons", func() {
		It("has a drawing for every icon that a widget or a header may name", func(ctx SpecContext) {
			names, err := json.Marshal(append(headerIcons, widgetIcons...))
			Expect(err).NotTo(HaveOccurred())
			Expect(runs(ctx, `
				const { icon } = await import('/web/view/icons.js');
				const dot = icon('nothing of this name').innerHTML;
				return `+string(names)+`.filter((name) => name !== 'dot' && icon(name).innerHTML === dot);`)).To(MatchJSON(`[]`))
		}, SpecTimeout(patience))
	})
})

// headerIcons are the names in HeaderIcon of @openai/chatkit 1.9.
var headerIcons = []string{
	"sidebar-left", "sidebar-right", "sidebar-open-left", "sidebar-open-right", "sidebar-open-left-alt", "sidebar-open-right-alt",
	"sidebar-floating-left", "sidebar-floating-right", "sidebar-floating-open-left", "sidebar-floating-open-right",
	"sidebar-collapse-left", "sidebar-collapse-right", "collapse-left", "collapse-right", "open-left", "open-right",
	"double-chevron-left", "double-chevron-right", "home", "home-alt", "back-small", "back-large", "expand-large", "collapse-large",
	"expand-small", "collapse-small", "star", "star-filled", "bug", "chat-temporary", "settings-cog", "grid", "dots-horizontal",
	"dots-vertical", "dots-horizontal-circle", "dots-vertical-circle", "menu", "menu-inverted", "hamburger", "history", "book-open",
	"compose", "share", "light-mode", "dark-mode", "close",
}

// widgetIcons are the names in WidgetIcon of @openai/chatkit 1.9.
var widgetIcons = []string{
	"agent", "analytics", "atom", "batch", "bolt", "book-open", "book-closed", "book-clock", "bug", "calendar", "chart", "check",
	"check-circle", "check-circle-filled", "chevron-left", "chevron-right", "circle-question", "compass", "confetti", "cube",
	"desktop", "document", "dot", "dots-horizontal", "dots-vertical", "empty-circle", "external-link", "globe", "keys", "lab",
	"images", "info", "lifesaver", "lightbulb", "mail", "map-pin", "maps", "mobile", "name", "notebook", "notebook-pencil",
	"page-blank", "phone", "play", "plus", "profile", "profile-card", "reload", "star", "star-filled", "search", "sparkle",
	"sparkle-double", "square-code", "square-image", "square-text", "suitcase", "settings-slider", "user", "wreath", "write",
	"write-alt", "write-alt2",
}
