package present_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
)

// update writes the golden files anew: go test ./adapter/present -update
var update = flag.Bool("update", false, "write the golden files anew")

var _ = Describe("The card of list_tasks", func() {
	list := func(filter string, pending, completed int, more bool, tasks ...string) present.Shown {
		GinkgoHelper()
		shown, ok := english().Call(executed("list_tasks", fmt.Sprintf(
			`{"tasks":[%s],"total":%d,"pending":%d,"completed":%d,"has_more":%t,"filtered_status":%q}`,
			strings.Join(tasks, ","), pending+completed, pending, completed, more, filter)))
		Expect(ok).To(BeTrue())
		Expect(shown.Widget).NotTo(BeNil())
		return shown
	}
	open := `{"task_id":2,"title":"Buy **milk**","completed":false,"description":"2 l\nfull fat"}`
	done := `{"task_id":1,"title":"Call mum","completed":true,"description":""}`

	It("has counts, and a row for each task with its state, as its golden file says", func() {
		shown := list("all", 1, 1, false, open, done)
		encoded, err := chatkit.Marshal(shown.Widget)
		Expect(err).NotTo(HaveOccurred())
		var indented bytes.Buffer
		Expect(json.Indent(&indented, encoded, "", "  ")).To(Succeed())
		const path = "testdata/list_tasks.json"
		if *update {
			Expect(os.WriteFile(path, append(indented.Bytes(), '\n'), 0o600)).To(Succeed())
		}
		Expect(os.ReadFile(path)).To(BeEquivalentTo(indented.String() + "\n"))
		Expect(shown.CopyText).To(Equal("Your tasks: 1 open, 1 done\n☐ Buy **milk**\n☑ Call mum"))
	})

	DescribeTable("says what it shows and what it does not", func(filter string, pending, completed int, more bool, tasks []string, want ...string) {
		Expect(strings.Split(list(filter, pending, completed, more, tasks...).CopyText, "\n")).To(Equal(want))
	},
		Entry("nothing at all", "all", 0, 0, false, nil, "Your tasks: 0 open, 0 done", "Nothing here yet."),
		Entry("nothing open", "pending", 0, 3, false, nil, "Open tasks: 0", "Nothing here: no open tasks."),
		Entry("nothing done", "completed", 3, 0, false, nil, "Completed tasks: 0", "Nothing here: no completed tasks."),
		Entry("more of all", "all", 3, 4, true, []string{open}, "Your tasks: 3 open, 4 done", "☐ Buy **milk**", "6 more"),
		Entry("more that are open", "pending", 3, 4, true, []string{open}, "Open tasks: 3", "☐ Buy **milk**", "2 more"),
		Entry("more that are done", "completed", 3, 4, true, []string{done}, "Completed tasks: 4", "☑ Call mum", "3 more"),
		Entry("more than it can count", "all", 1, 0, true, []string{open}, "Your tasks: 1 open, 0 done", "☐ Buy **milk**", "There are more."),
	)

	It("has no list in it, and only props that both sides know", func() {
		known := map[string][]string{
			"Card": {"size", "children"}, "Title": {"value", "size"}, "Divider": {}, "Caption": {"value"},
			"Row": {"key", "align", "gap", "wrap", "children"}, "Col": {"flex", "minWidth", "children"}, "Icon": {"name", "color"},
			"Text": {"value", "lineThrough", "color"}, "Badge": {"label", "color", "size"},
			"Button": {"key", "label", "iconStart", "onClickAction", "submit", "style", "variant", "color", "size", "pill"},
			"Form":   {"key", "direction", "align", "gap", "children", "onSubmitAction"}, "Input": {"key", "name", "placeholder", "required"},
		}
		encoded, err := chatkit.Marshal(list("all", 2, 1, true, open, done).Widget)
		Expect(err).NotTo(HaveOccurred())
		var card map[string]any
		Expect(json.Unmarshal(encoded, &card)).To(Succeed())
		var visit func(part map[string]any)
		visit = func(part map[string]any) {
			kind := part["type"].(string)
			Expect(known).To(HaveKey(kind))
			for prop := range part {
				Expect(append(known[kind], "type")).To(ContainElement(prop), kind)
			}
			children, _ := part["children"].([]any)
			for _, child := range children {
				visit(child.(map[string]any))
			}
		}
		visit(card)
	})
})

var _ = Describe("Sentences about a stream", func() {
	It("are all there", func() {
		w := english()
		for _, sentence := range []string{
			w.RetryPossible(), w.ThreadGone(), w.ItemGone(), w.ClickGone(), w.ClickBusy(), w.TurnAtWork(), w.ThreadLocked("Spam."), w.ThreadClosed(""), w.Refused("Because."), w.TooMany(), w.Away(),
			w.Cut(), w.GoingDown(), w.SignInAgain(), w.Internal(), w.Unsupported("threads.retry_after_item"), w.UnknownModel(), w.UnknownTool(),
			w.NoTranscription(), w.NoSpeech(), w.TranscriptionSlow(), w.NotTranscribed(),
		} {
			Expect(sentence).To(MatchRegexp(`^[A-Zt].*\.$`)) // a missing one would be its key
			Expect(sentence).NotTo(ContainSubstring("%!"))
		}
		Expect(w.Sentence("model_cut", "My answer was cut short.")).To(Equal("My answer was cut short."))
	})
})
