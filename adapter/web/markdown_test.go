package web_test

import (
	"encoding/json"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Markdown", Ordered, ContinueOnFailure, func() {
	var somebody *person

	BeforeAll(func(ctx SpecContext) {
		somebody = newPerson()
		somebody.opens(ctx)
	})

	// drawn is a text as Markdown, serialised: reading innerHTML is harmless, only writing it is refused.
	drawn := func(ctx SpecContext, text string) string {
		GinkgoHelper()
		quoted, err := json.Marshal(text)
		Expect(err).NotTo(HaveOccurred())
		var html string
		somebody.evaluates(ctx, `(async () => {
			const { MarkdownView } = await import('/web/markdown/render.js');
			const view = new MarkdownView();
			view.update(`+string(quoted)+`);
			return view.node.innerHTML.replaceAll(' target="_blank" rel="noopener noreferrer nofollow"', '');
		})()`, &html)
		return html
	}

	DescribeTable("is drawn",
		func(ctx SpecContext, text, html string) { Expect(drawn(ctx, text)).To(Equal(html)) },
		Entry("paragraphs", SpecTimeout(patience), "one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
		Entry("marks", SpecTimeout(patience), "**b *i* b** _e_ ~~d~~ `c*c*`", "<p><strong>b <em>i</em> b</strong> <em>e</em> <del>d</del> <code>c*c*</code></p>"),
		Entry("no marks within words", SpecTimeout(patience), "snake_case_name 2*3*4 a * b", "<p>snake_case_name 2<em>3</em>4 a * b</p>"),
		Entry("open marks as they are", SpecTimeout(patience), "**open and `tick", "<p>**open and `tick</p>"),
		Entry("escapes", SpecTimeout(patience), `\*no\* \[x\]`, "<p>*no* [x]</p>"),
		Entry("headings below the page's", SpecTimeout(patience), "# A\n###### B #", "<h3>A</h3><h6>B</h6>"),
		Entry("lists", SpecTimeout(patience), "- a\n- b\n  1. c\n\n3. d\n4. e", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul><ol start=\"3\"><li>d</li><li>e</li></ol>"),
		Entry("a list after a line", SpecTimeout(patience), "Tasks:\n* one\n* two", "<p>Tasks:</p><ul><li>one</li><li>two</li></ul>"),
		Entry("code", SpecTimeout(patience), "```js\nlet <b>;\n\n*x*\n```\nafter", "<pre tabindex=\"0\" data-language=\"js\"><code>let &lt;b&gt;;\n\n*x*</code></pre><p>after</p>"),
		Entry("code that is still coming", SpecTimeout(patience), "```\nhalf", "<pre tabindex=\"0\"><code>half</code></pre>"),
		Entry("quotes", SpecTimeout(patience), "> a\n> - b", "<blockquote><p>a</p><ul><li>b</li></ul></blockquote>"),
		Entry("rules", SpecTimeout(patience), "a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
		Entry("tables", SpecTimeout(patience), "|a|b|\n|-|:-:|\n|1|`x\\|y`|", `<div class="table" tabindex="0"><table><thead><tr><th scope="col">a</th><th class="center" scope="col">b</th></tr></thead>`+
			`<tbody><tr><td>1</td><td class="center"><code>x|y</code></td></tr></tbody></table></div>`),
		Entry("links", SpecTimeout(patience), "[a](https://x.org/a_(b) \"t\") <mailto:me@x.org> https://x.org/?q=1.", `<p><a href="https://x.org/a_(b)">a</a> `+
			`<a href="mailto:me@x.org">mailto:me@x.org</a> <a href="https://x.org/?q=1">https://x.org/?q=1</a>.</p>`),
		Entry("pictures as links to them", SpecTimeout(patience), "![cat](https://x.org/c.png)", `<p><a href="https://x.org/c.png">cat</a></p>`),
		Entry("nothing", SpecTimeout(patience), " \n\n", ""),
	)

	DescribeTable("never makes what a stranger wrote into more than text",
		func(ctx SpecContext, text string) {
			quoted, err := json.Marshal(text)
			Expect(err).NotTo(HaveOccurred())
			var odd []string
			somebody.evaluates(ctx, `(async () => {
				const { MarkdownView } = await import('/web/markdown/render.js');
				const view = new MarkdownView();
				view.update(`+string(quoted)+`);
				const tags = 'P A PRE CODE SPAN DIV TABLE THEAD TBODY TR TH TD BR'.split(' ');
				const names = 'class dir href target rel tabindex scope data-language'.split(' ');
				return [...view.node.querySelectorAll('*')].filter((node) => !tags.includes(node.tagName)
					|| [...node.attributes].some(({ name }) => !names.includes(name)) || (node.href && !/^(https:\/\/|mailto:)/.test(node.href)))
					.map((node) => node.outerHTML);
			})()`, &odd)
			Expect(odd).To(BeEmpty())
		},
		Entry("tags", SpecTimeout(patience), `<img src=x onerror=alert(1)><script>1</script><svg/onload=1><iframe src=//x>`),
		Entry("a script's address", SpecTimeout(patience), `[a](javascript:alert(1)) [b](JaVaScRiPt:1) [c]( javascript:1) <javascript:1>`),
		Entry("an address with control characters", SpecTimeout(patience), "[a](java\tscript:1) [b](\x01javascript:1) [c](java&#115;cript:1)"),
		Entry("data and files", SpecTimeout(patience), `[a](data:text/html,<script>1</script>) [b](file:///etc/passwd) [c](vbscript:1) [d](blob:x)`),
		Entry("an address that closes its attribute", SpecTimeout(patience), `[a](https://x.org/"onmouseover="1) <https://x.org/"onclick=1>`),
		Entry("code with a closing tag", SpecTimeout(patience), "```</code><script>1</script>\n</pre><img src=x onerror=1>\n```"),
		Entry("a table of tags", SpecTimeout(patience), "|<img src=x onerror=1>|\n|-|\n|<script>|"),
	)

	It("takes hostile text in no time and without exhausting the stack", func(ctx SpecContext) {
		var slow []string
		somebody.evaluates(ctx, `(async () => {
			const { MarkdownView } = await import('/web/markdown/render.js');
			const n = 20000;
			const texts = { stars: '*a '.repeat(n), closers: 'a* '.repeat(n), mixed: '_a*b~~'.repeat(n), brackets: '['.repeat(n), links: '[a]('.repeat(n),
				nested: '[a'.repeat(n) + '](https://x.org)'.repeat(n), ticks: Array.from({ length: 300 }, (_, at) => '`+"`"+`'.repeat(at)).join(' '),
				quotes: '>'.repeat(n), items: '- '.repeat(n), spaces: '# ' + ' '.repeat(n) + 'x', fence: '`+"```"+`' + ' '.repeat(n) + '`+"`"+`',
				address: 'https://' + '.'.repeat(n) + 'a', pipes: '|'.repeat(n) + '\n' + '|-'.repeat(n), strong: '**'.repeat(n) + 'a' + '**'.repeat(n) };
			return Object.entries(texts).filter(([name, text]) => {
				const start = performance.now();
				new MarkdownView().update(text);
				return performance.now() - start > `+millis(5*time.Second)+`;
			}).map(([name]) => name);
		})()`, &slow)
		Expect(slow).To(BeEmpty())
	}, SpecTimeout(patience))

	It("draws only what changed while a text grows, and ends as if it had come at once", func(ctx SpecContext) {
		var result struct{ Kept, Same bool }
		somebody.evaluates(ctx, `(async () => {
			const { MarkdownView } = await import('/web/markdown/render.js');
			const text = '# Title\n\nFirst **paragraph**.\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|\n\n`+"```"+`js\nlet a;\n`+"```"+`\n\nlast [link](https://x.org)';
			const grown = new MarkdownView();
			let first = null;
			let kept = true;
			for (let end = 1; end <= text.length; end++) {
				grown.update(text.slice(0, end));
				if (end === 12) first = grown.node.firstChild;
				if (end > 12) kept &&= grown.node.firstChild === first;
			}
			const whole = new MarkdownView();
			whole.update(text);
			return { Kept: kept, Same: grown.node.innerHTML === whole.node.innerHTML };
		})()`, &result)
		Expect(result.Kept).To(BeTrue(), "the first block is the same node to the end")
		Expect(result.Same).To(BeTrue())
	}, SpecTimeout(patience))
})

func millis(d time.Duration) string {
	text, _ := json.Marshal(d.Milliseconds())
	return string(text)
}
