package mapping_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/mapping"
)

func read(text string, fixed bool) (mapping.Mapping, error) {
	GinkgoHelper()
	path := filepath.Join(GinkgoT().TempDir(), "mapping.yaml")
	Expect(os.WriteFile(path, []byte(text), 0o600)).To(Succeed())
	return mapping.Read(path, fixed)
}

var _ = Describe("A mapping", func() {
	It("is the three lines when its file says nothing", func() {
		m, err := read("# nothing\n", false)
		Expect(err).NotTo(HaveOccurred())
		Expect(m).To(Equal(mapping.Default()))
	})

	It("differs in what the file says, and in nothing else", func() {
		m, err := read("answer: {text: [a.b, c]}\nlimits: {answer: 90s}\nroutes: {chat: {path: '/{user_id}/ask'}}", false)
		Expect(err).NotTo(HaveOccurred())
		want := mapping.Default()
		want.Answer.Text, want.Limits.Answer, want.Routes.Chat.Path = mapping.Names{"a.b", "c"}, mapping.Duration(90*time.Second), "/{user_id}/ask"
		Expect(m).To(Equal(want))
	})

	It("may be JSON", func() {
		m, err := read(`{"messages": {"newest_first": true}}`, false)
		Expect(err).NotTo(HaveOccurred())
		Expect(m.Messages.NewestFirst).To(BeTrue())
	})

	It("is the one of the README", func() {
		readme, err := os.ReadFile("../../README.md")
		Expect(err).NotTo(HaveOccurred())
		for _, block := range regexp.MustCompile("(?s)```yaml\\n(.*?)```").FindAllSubmatch(readme, -1) {
			if strings.Contains(string(block[1]), "routes:") {
				_, err = read(string(block[1]), true)
				Expect(err).NotTo(HaveOccurred())
				return
			}
		}
		Fail("there is none")
	})

	It("names every fault at once", func() {
		_, err := read(`
color: red
token: {from: mine}
routes: {chat: {path: ask, method: 7}}
limits: {answer: soon, read_tries: 0}`, false)
		for _, part := range []string{"color", "token.from", "routes.chat.path", "routes.chat.method", "limits.answer", "limits.read_tries"} {
			Expect(err).To(MatchError(ContainSubstring(part)))
		}
	})

	DescribeTable("is refused", func(text string, fixed bool, why string) {
		_, err := read(text, fixed)
		Expect(err).To(MatchError(ContainSubstring(why)))
	},
		Entry("when it is no YAML", "a: [", false, "neither YAML nor JSON"),
		Entry("when nobody would tell who the person is", "routes: {chat: {path: /ask}}", true, "nothing tells the service who the person is"),
		Entry("with a place that is none", "routes: {chat: {path: '/{user}/ask'}}", false, "{user} is no place"),
		Entry("with a conversation's route that names none", "routes: {delete: {path: '/{user_id}/x'}}", false, "{conversation_id}"),
		Entry("with a token that is not there", "token: {from: fixed}", false, "no CHAT_API_TOKEN"),
		Entry("when it passes secrets on", "pass_headers: [cookie]", false, "cookie"),
		Entry("with a role of both", "messages: {person: [me], assistant: [me]}", false, "at once"),
	)

	It("has a schema that knows all of it", func() {
		encoded, err := json.Marshal(mapping.Default())
		Expect(err).NotTo(HaveOccurred())
		Expect(json.Valid(mapping.Schema)).To(BeTrue())
		for name := range map[string]any{"user": 0, "token": 0, "routes": 0, "request": 0, "answer": 0, "conversations": 0, "messages": 0, "tool_calls": 0, "limits": 0} {
			Expect(string(encoded)).To(ContainSubstring(`"` + name + `"`))
			Expect(string(mapping.Schema)).To(ContainSubstring(`"` + name + `"`))
		}
	})
})
