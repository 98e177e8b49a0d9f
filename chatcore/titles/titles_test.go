package titles_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/titles"
)

// model replies with pieces, and keeps what it was asked.
type model struct {
	pieces []agent.Piece
	err    error
	asked  []agent.Prompt
}

func (m *model) Reply(_ context.Context, prompt agent.Prompt) iter.Seq2[agent.Piece, error] {
	m.asked = append(m.asked, prompt)
	return func(yield func(agent.Piece, error) bool) {
		for _, piece := range m.pieces {
			if !yield(piece, nil) {
				return
			}
		}
		if m.err != nil {
			yield(nil, m.err)
		}
	}
}

func says(text string) *model {
	return &model{pieces: []agent.Piece{agent.Text(text), agent.Finished{Reason: "stop"}}}
}

var _ = Describe("A title", func() {
	DescribeTable("is made of what a model replies",
		func(ctx SpecContext, reply, title string) {
			Expect(titles.New(says(reply)).Title(ctx, "Hello")).To(Equal(title))
		},
		Entry("plain words", "Weekend groceries", "Weekend groceries"),
		Entry("in another language", "Einkäufe fürs Wochenende", "Einkäufe fürs Wochenende"),
		Entry("of a script without spaces", "週末の買い物。", "週末の買い物"),
		Entry("with quotation marks", `"Weekend groceries"`, "Weekend groceries"),
		Entry("with others", "„Einkäufe“", "Einkäufe"),
		Entry("with a quotation inside", `Buying "The Wire"  DVDs`, `Buying "The Wire" DVDs`),
		Entry("in bold", "**Weekend groceries**", "Weekend groceries"),
		Entry("as a heading", "## Weekend groceries\n", "Weekend groceries"),
		Entry("as an item of a list", "- Weekend groceries", "Weekend groceries"),
		Entry("as code", "`Weekend groceries`.", "Weekend groceries"),
		Entry("as a link", "[Weekend](https://evil.example/x) groceries", "Weekend groceries"),
		Entry("with a label", "Title: Weekend groceries", "Weekend groceries"),
		Entry("with all of it", "\n\n **Title:** “Weekend groceries.”\n\nI hope this helps!", "Weekend groceries"),
		Entry("after thoughts", "<think>The user wants…\n</think>\n\nWeekend groceries", "Weekend groceries"),
		Entry("with characters that are not seen", "Week\u202eend\u200b gro\x00ceries\ufeff", "Weekend groceries"),
		Entry("with an emoji of parts", "Groceries 👩‍🍳", "Groceries 👩‍🍳"),
		Entry("with a name of underscores", "Fix the my_table index", "Fix the my_table index"),
		Entry("that is a little long", "Planning the groceries and the cleaning for next weekend together with Bob", "Planning the groceries and the cleaning for next weekend…"),
	)

	DescribeTable("is not made of what is none",
		func(ctx SpecContext, m *model) {
			title, err := titles.New(m).Title(ctx, "Hello")
			Expect(err).To(HaveOccurred())
			Expect(title).To(BeEmpty())
		},
		Entry("nothing", says("")),
		Entry("blanks", says(" \n\t")),
		Entry("signs alone", says("“…” ***")),
		Entry("an answer", says(strings.Repeat("Sure, I can help you with that. ", 5))),
		Entry("markup", says("<script>alert(1)</script>")),
		Entry("thoughts without an end", says("<think>The user wants")),
		Entry("a whole page", says(strings.Repeat("a\n", 2000))),
		Entry("a reply that was cut", &model{pieces: []agent.Piece{agent.Text("Weekend"), agent.Finished{Reason: "length"}}}),
		Entry("a reply that was withheld", &model{pieces: []agent.Piece{agent.Text("Weekend"), agent.Finished{Reason: "content_filter"}}}),
		Entry("a call of a tool", &model{pieces: []agent.Piece{agent.Finished{Reason: "tool_calls", Calls: []agent.Call{{Tool: "x"}}}}}),
		Entry("a failure", &model{err: &agent.ModelError{Code: agent.ModelOverloaded, Err: errors.New("429")}}),
		Entry("a failure in the middle", &model{pieces: []agent.Piece{agent.Text("Weekend")}, err: &agent.ModelError{Code: agent.ModelCut, Err: errors.New("cut")}}),
	)

	It("costs one request, of what was said and no more than a part of it", func(ctx SpecContext) {
		m := says("Long story")
		Expect(titles.New(m).Title(ctx, strings.Repeat("é", 5000))).To(Equal("Long story"))
		Expect(m.asked).To(HaveLen(1))
		Expect(m.asked[0].Tools).To(BeEmpty())
		Expect(m.asked[0].System).To(ContainSubstring("in the language of the message"))
		Expect(m.asked[0].Messages).To(HaveExactElements(agent.PromptMessage{Role: agent.RoleUser, Text: strings.Repeat("é", 2000)}))
	})
})

func FuzzTitle(f *testing.F) {
	for _, seed := range []string{"Groceries", "**“Title: x”**", "[a](b) ![c](d)", "<think>x</think>y", "a\u202eb\x00", strings.Repeat("word ", 30), "#>-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		title, err := titles.New(says(reply)).Title(context.Background(), "Hello")
		if err != nil {
			return
		}
		length := utf8.RuneCountInString(title)
		if length < 1 || length > titles.MaxLength || !utf8.ValidString(title) || strings.TrimSpace(title) != title {
			t.Fatalf("%q became the title %q", reply, title)
		}
		if strings.ContainsFunc(title, unicode.IsControl) || strings.ContainsAny(title, "\n*`<>") {
			t.Fatalf("%q became the title %q", reply, title)
		}
	})
}
