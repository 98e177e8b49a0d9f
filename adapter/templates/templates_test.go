package templates_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
	"taskpilot/adapter/templates"
	"taskpilot/chatcore/api"
)

var spoken = []string{"en", "de"}

func read(text string) (*templates.Templates, error) {
	GinkgoHelper()
	path := filepath.Join(GinkgoT().TempDir(), "presentation.yaml")
	Expect(os.WriteFile(path, []byte(text), 0o600)).To(Succeed())
	return templates.Read(path, spoken)
}

func call(tool, parameters, result string) api.ToolCall {
	return api.ToolCall{ID: 4, Tool: tool, Parameters: json.RawMessage(parameters), Result: json.RawMessage(result), Status: api.CallExecuted, Revision: 3}
}

func shownAs(shown present.Shown) string {
	GinkgoHelper()
	if shown.Widget == nil {
		return shown.Line
	}
	encoded, err := chatkit.Marshal(shown.Widget)
	Expect(err).NotTo(HaveOccurred())
	return string(encoded)
}

var _ = Describe("The example of the task tools", func() {
	It("shows the same as what is built in, in each language", func() {
		example, err := templates.Read("../../deploy/docs/presentation.yaml", spoken)
		Expect(err).NotTo(HaveOccurred())
		builtIn, err := present.NewLanguages()
		Expect(err).NotTo(HaveOccurred())
		notFound := call("find_task_by_name", `{}`, `{"name":"*mum*"}`)
		notFound.Status, notFound.Code = api.CallFailed, "not_found"
		records := []api.ToolCall{
			call("add_task", `{}`, `{"task_id":1,"title":"Buy **milk**\n# and","completed":false}`),
			call("complete_task", `{}`, `{"task_id":1,"title":"A","completed":true}`), call("complete_task", `{"completed":false}`, `{"task_id":1,"title":"A","completed":false}`),
			call("delete_task", `{}`, `{"task_id":1,"title":"<b>","completed":true}`), notFound,
			call("find_task_by_name", `{}`, `{"task_id":1,"title":"A","completed":true}`), call("find_task_by_name", `{}`, `{"task_id":1,"title":"A","completed":false}`),
			call("update_task", `{}`, `{"task_id":1,"title":"A","completed":false,"changed":[]}`), call("update_task", `{}`, `{"task_id":1,"title":"A","completed":false,"changed":["title"]}`),
			call("update_task", `{}`, `{"task_id":1,"title":"A","completed":false,"changed":["description"],"description":"d"}`),
			call("update_task", `{}`, `{"task_id":1,"title":"A","completed":false,"changed":["description"],"description":null}`),
			call("list_tasks", `{}`, `{"tasks":[],"pending":0,"completed":0,"has_more":false,"filtered_status":"all"}`),
			call("list_tasks", `{}`, `{"tasks":[{"task_id":9007199254740991,"title":"{revision} **x**","completed":true,"description":""},{"task_id":2,"title":"B","completed":false,"description":"`+strings.Repeat("long ", 60)+`"}],"pending":1,"completed":1,"has_more":false,"filtered_status":"all"}`),
		}
		for _, words := range builtIn.All() {
			for _, record := range records {
				want, _ := words.Call(record)
				got, ok := example.Show(words.Language(), record)
				Expect(ok).To(BeTrue(), string(record.Result))
				if want.Widget == nil {
					Expect(got).To(Equal(want))
				} else {
					Expect(shownAs(got)).To(MatchJSON(shownAs(want)))
					Expect(got.CopyText).To(Equal(want.CopyText))
				}
				wantText, wantIcon := words.Doing(call(record.Tool, `{}`, ``))
				text, icon, ok := example.Doing(words.Language(), record)
				Expect(ok).To(BeTrue())
				Expect([]string{text, icon}).To(Equal([]string{wantText, wantIcon}))
			}
		}
	})
})

var _ = Describe("Templates", func() {
	const weather = `
tools:
  get_weather:
    doing: {text: {en: "Looking at the sky over {parameters.city}…", fr: "…"}}
    shows:
      - when: {status: failed}
        line: "No weather for {parameters.city}"
      - when: {result.hot: true}
        line: "{result.text} in **{parameters.city}**: {result.temperature} °C"
      - unless: {result.days: null}
        widget:
          type: ListView
          children:
            - each: result.days
              show: {type: ListViewItem, children: [{type: Markdown, value: "*{item.name|5}*"}, {show: {type: Caption, value: "{item.note}"}}]}
    samples:
      - {parameters: {city: Rome}, result: {days: [{name: Monday}]}}`

	var t *templates.Templates
	BeforeEach(func() {
		var err error
		t, err = read(weather)
		Expect(err).NotTo(HaveOccurred())
	})

	DescribeTable("show", func(result, want string) {
		shown, ok := t.Show("de", call("get_weather", `{"city":"Zü*rich"}`, result))
		Expect(ok).To(Equal(want != ""))
		if strings.HasPrefix(want, "{") {
			Expect(shownAs(shown)).To(MatchJSON(want))
		} else {
			Expect(shown.Line).To(Equal(want))
		}
	},
		Entry("a line, in which nothing is obeyed but what the template says", `{"hot":true,"text":"# [Sun](x)","temperature":31.50}`, `\# \[Sun\](x) in **Zü\*rich**: 31.50 °C`),
		Entry("nothing where something is missing", `{"hot":true,"text":"Sun"}`, ``),
		Entry("nothing where something is empty", `{"hot":true,"text":"\u202e","temperature":1}`, ``),
		Entry("nothing where something is an object", `{"hot":true,"text":{},"temperature":1}`, ``),
		Entry("a list of none", `{"days":[]}`, `{"type":"ListView","children":[]}`),
		Entry("a list of several", `{"days":[{"name":"Monday","note":"n"},{"name":"_"}]}`, `{"type":"ListView","children":[
			{"type":"ListViewItem","children":[{"type":"Markdown","value":"*Mond…*"},{"type":"Caption","value":"n"}]},{"type":"ListViewItem","children":[{"type":"Markdown","value":"*\\_*"}]}]}`),
		Entry("no list of which one is broken", `{"days":[{"name":"Monday"},{}]}`, ``),
		Entry("nothing of a list that is none", `{"days":7}`, ``),
		Entry("nothing of what is no JSON", `<html>`, ``),
	)

	It("show a failure only where they say so", func() {
		record := call("get_weather", `{"city":"Rome"}`, ``)
		record.Status = api.CallFailed
		shown, ok := t.Show("en", record)
		Expect(ok).To(BeTrue())
		Expect(shown.Line).To(Equal("No weather for Rome"))
		record.Status = api.CallSkipped
		_, ok = t.Show("en", record)
		Expect(ok).To(BeFalse())
	})

	It("say what is being done, and leave what they don't know to others", func() {
		text, _, ok := t.Doing("de", call("get_weather", `{"city":"Rome"}`, ``))
		Expect(ok).To(BeTrue())
		Expect(text).To(Equal("Looking at the sky over Rome…"))
		_, _, ok = t.Doing("de", call("get_weather", `{}`, ``))
		Expect(ok).To(BeFalse())
		_, ok = t.Show("de", call("other", `{}`, `{}`))
		Expect(ok).To(BeFalse())
	})

	It("never show a widget that is none, whatever the record says", func() {
		t, err := read(`{tools: {x: {shows: [{widget: {type: Card, children: [{type: Badge, label: a, color: {$: result.color}}]}}], samples: [{result: {color: info}}]}}}`)
		Expect(err).NotTo(HaveOccurred())
		for _, color := range []string{`"mauve"`, `7`, `{"a":1}`, `"` + strings.Repeat("x", 300_000) + `"`} {
			_, ok := t.Show("en", call("x", `{}`, fmt.Sprintf(`{"color":%s}`, color)))
			Expect(ok).To(BeFalse())
		}
	})

	DescribeTable("are refused", func(text string, why ...string) {
		_, err := read(text)
		for _, part := range why {
			Expect(err).To(MatchError(ContainSubstring(part)))
		}
	},
		Entry("with all that is wrong at once", `{tools: {a: {showing: []}, b: {shows: [{line: 7}]}}}`, "showing", "tools.b.shows.0.line"),
		Entry("with a widget that nobody can check", `{tools: {a: {shows: [{widget: {type: Card, children: []}}]}}}`, "no sample shows this widget"),
		Entry("with a widget that is none", `{tools: {a: {shows: [{widget: {type: Card, children: [{type: Bagde, label: x}]}}], samples: [{}]}}}`, "Bagde"),
		Entry("with a sample that nothing fits", `{tools: {a: {shows: [{line: "{result.x}"}], samples: [{result: {}}]}}}`, "tools.a.samples.0", "nothing that is shown fits"),
		Entry("with a language that is none", `{tools: {a: {shows: [{line: {"english!": x}}]}}}`, "tools.a.shows.0.line"),
	)
})
