package pagetools_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/pagetools"
)

const theme = `{"type":"object","required":["theme"],"properties":{"theme":{"enum":["dark","light"]}}, "additionalProperties": false}`

func declaration(name, schema string) api.ClientTool {
	return api.ClientTool{Name: name, Description: "Switches the page's colours.", Schema: json.RawMessage(schema)}
}

var _ = Describe("A client tool", func() {
	It("is declared in a file", func() {
		tools, err := pagetools.Read([]byte(`[{"name":"switch_theme","description":"Switches the colours.","schema":` + theme + `},{"name":"blink","description":"Blinks."}]`))
		Expect(err).NotTo(HaveOccurred())
		Expect(tools).To(HaveExactElements(
			And(HaveField("Name", "switch_theme"), HaveField("For", "client_tool"), HaveField("Schema", MatchJSON(theme))),
			And(HaveField("Name", "blink"), HaveField("Schema", MatchJSON(`{"type":"object"}`))),
		))
		Expect(tools[0].Words(nil)).To(ContainSubstring("switch_theme"))
	})

	It("takes arguments that fit its schema, and says what does not", func() {
		tools, err := pagetools.ClientTools([]api.ClientTool{declaration("switch_theme", theme)})
		Expect(err).NotTo(HaveOccurred())
		Expect(tools[0].Check(json.RawMessage(`{"theme":"dark"}`))).To(Succeed())
		Expect(tools[0].Check(json.RawMessage(`{"theme":"pink"}`))).To(MatchError(ContainSubstring("do not fit the tool's schema")))
		Expect(tools[0].Check(json.RawMessage(`{}`))).To(MatchError(ContainSubstring("theme")))
	})

	DescribeTable("is refused",
		func(why string, declared []api.ClientTool) {
			_, err := pagetools.ClientTools(declared)
			Expect(err).To(MatchError(ContainSubstring(why)))
		},
		Entry("without a name", "the name of client tool 1", []api.ClientTool{declaration("", theme)}),
		Entry("with a name that endpoints refuse", "the name of client tool 2", []api.ClientTool{declaration("a", theme), declaration("b c", theme)}),
		Entry("with the built-in tool's name", `"ask_person" is taken`, []api.ClientTool{declaration("ask_person", theme)}),
		Entry("twice", `"a" is taken`, []api.ClientTool{declaration("a", theme), declaration("a", theme)}),
		Entry("without a description", "description", []api.ClientTool{{Name: "a"}}),
		Entry("with a schema that is none", "no JSON schema", []api.ClientTool{declaration("a", `{"type":"object","properties":5}`)}),
		Entry("with a schema of no object", `type must be "object"`, []api.ClientTool{declaration("a", `{"type":"string"}`)}),
		Entry("with a schema that needs another", "by itself", []api.ClientTool{declaration("a", `{"type":"object","$ref":"http://127.0.0.1:1/secret"}`)}),
		Entry("with a broken pattern", "by itself", []api.ClientTool{declaration("a", `{"type":"object","properties":{"x":{"pattern":"("}}}`)}),
		Entry("with too large a schema", "at most 16384 bytes", []api.ClientTool{declaration("a", `{"type":"object","description":"`+strings.Repeat("x", 16<<10)+`"}`)}),
		Entry("among too many", "at most 32", slices.Repeat([]api.ClientTool{declaration("a", theme)}, 33)),
	)

	DescribeTable("is refused in a file",
		func(file, why string) {
			_, err := pagetools.Read([]byte(file))
			Expect(err).To(MatchError(ContainSubstring(why)))
		},
		Entry("that is no list", `{}`, "JSON list"),
		Entry("with a field that nobody knows", fmt.Sprintf(`[{"name":"a","description":"b","parameters":%s}]`, theme), "parameters"),
	)
})
