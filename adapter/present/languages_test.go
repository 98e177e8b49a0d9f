package present_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
	"taskpilot/chatcore/api"
)

func languages() *present.Languages {
	all, err := present.NewLanguages()
	if err != nil {
		panic(err)
	}
	return all
}

// parsed gives the files of a package.
func parsed(pattern string) []*ast.File {
	GinkgoHelper()
	paths, err := filepath.Glob(pattern)
	Expect(err).NotTo(HaveOccurred())
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		Expect(err).NotTo(HaveOccurred())
		files = append(files, file)
	}
	Expect(files).NotTo(BeEmpty())
	return files
}

// constants gives the texts of the constants that wanted wants, by name.
func constants(files []*ast.File, wanted func(*ast.ValueSpec) bool) map[string]string {
	found := map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !wanted(spec) {
				return true
			}
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				found[spec.Names[0].Name], _ = strconv.Unquote(literal.Value)
			}
			return true
		})
	}
	return found
}

// codesOf gives the texts of all fields that are called Code.
func codesOf(files []*ast.File) (codes []string) {
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			pair, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			name, isName := pair.Key.(*ast.Ident)
			if literal, ok := pair.Value.(*ast.BasicLit); ok && isName && name.Name == "Code" {
				code, _ := strconv.Unquote(literal.Value)
				codes = append(codes, code)
			}
			return true
		})
	}
	return codes
}

// coded are the keys of sentences that come in English from where the thing happens.
var coded = regexp.MustCompile(`^(said|problem)\.`)

// forDevelopers are refusals that say what is wrong with a request's form, in English, or whose detail is worded already.
var forDevelopers = map[string]bool{
	"invalid_request": true, "not_json": true, "too_large": true,
	"not_supported": true, "unavailable": true, "bad_gateway": true, "action_failed": true,
	"transcription_timeout": true, "model_unreachable": true,
}

var placeholder = regexp.MustCompile(`%\[\d\][a-z]`)

// placeholders are the values that a text has a place for.
func placeholders(text string) []string {
	all := placeholder.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

var _ = Describe("The languages", func() {
	tables := present.Tables()

	It("say every key there is", func() {
		keys := constants(parsed("*.go"), func(spec *ast.ValueSpec) bool {
			kind, ok := spec.Type.(*ast.Ident)
			return ok && kind.Name == "key"
		})
		Expect(len(keys)).To(BeNumerically(">", 50))
		for name, k := range keys {
			for language, table := range tables {
				Expect(table).To(HaveKey(k), "%s (%s) has no words in %s: add a line to its table", name, k, language)
			}
		}
	})

	It("say the same keys, with the same values in them, and nothing twice", func() {
		english := tables["English"]
		for language, table := range tables {
			own := maps.Clone(table)
			maps.DeleteFunc(own, func(k, _ string) bool { return coded.MatchString(k) })
			Expect(slices.Sorted(maps.Keys(own))).To(Equal(slices.Sorted(maps.Keys(english))), "what is only in one of English and %s", language)
			for k, text := range table {
				Expect(text).NotTo(BeEmpty(), k)
				Expect(placeholders(text)).To(Equal(placeholders(english[k])), "%s in %s", k, language)
				if language != "English" {
					Expect(text).NotTo(Equal(english[k]), "%s is not translated into %s", k, language)
				}
			}
		}
	})

	It("say the sentences that chatcore names by a code, and those of refusals", func() {
		names := regexp.MustCompile(`^(Code|Model(Unreachable|Overloaded|Cut|Refused|Invalid)$)`)
		said := constants(parsed("../../chatcore/agent/*.go"), func(spec *ast.ValueSpec) bool { return names.MatchString(spec.Names[0].Name) })
		Expect(len(said)).To(BeNumerically(">", 10))
		refusals := slices.Concat(codesOf(parsed("../server/*.go")), codesOf(parsed("../../internal/limits/*.go")))
		Expect(len(refusals)).To(BeNumerically(">", 8))
		for language, table := range tables {
			if language == "English" {
				continue // comes from where the thing happens
			}
			for name, code := range said {
				Expect(table).To(HaveKey("said."+code), "chatcore's %s is not said in %s", name, language)
			}
			for _, code := range refusals {
				if !forDevelopers[code] {
					Expect(table).To(HaveKey("problem."+code), "this refusal is not said in %s", language)
				}
			}
		}
	})

	DescribeTable("are chosen by Accept-Language", func(header, want string) {
		Expect(languages().For(header).Language()).To(Equal(want))
	},
		Entry("nothing", "", "en"),
		Entry("blanks", "  ", "en"),
		Entry("German", "de", "de"),
		Entry("in capitals", "DE-AT", "de"),
		Entry("a dialect", "gsw", "de"),
		Entry("the better one", "en;q=0.4, de-CH;q=0.8", "de"),
		Entry("the first of two", "en-GB, de", "en"),
		Entry("one that is spoken, after one that is not", "fr, de;q=0.3", "de"),
		Entry("none that is spoken", "fr, zh-CN;q=0.8", "en"),
		Entry("anything", "*", "en"),
		Entry("not German", "de;q=0", "en"),
		Entry("no header at all", "%%%;;;,,,\x00", "en"),
		Entry("half a tag", "de-", "en"),
		Entry("far too much", strings.Repeat("de,", 400), "en"),
	)
})

var _ = Describe("German", func() {
	german := languages().For("de")

	call := func(tool, result string) present.Shown {
		shown, ok := german.Call(api.ToolCall{Tool: tool, Status: api.CallExecuted, Result: json.RawMessage(result)})
		Expect(ok).To(BeTrue())
		return shown
	}

	It("words what tools did", func() {
		Expect(call("add_task", `{"task_id":1,"title":"Milch *kaufen*","completed":false}`).Line).To(Equal(`✓ Aufgabe angelegt: Milch \*kaufen\*`))
		Expect(call("update_task", `{"task_id":1,"title":"Milch","completed":false,"changed":["title","description"]}`).Line).To(Equal("✓ Aufgabe geändert: Milch (neuer Titel, Beschreibung entfernt)"))
	})

	It("labels the card, counts by its own rules and groups large numbers", func() {
		list := func(pending int) string {
			return `{"tasks":[{"task_id":1,"title":"Milch","completed":true}],"has_more":true,"pending":` + strconv.Itoa(pending) + `,"completed":1}`
		}
		shown := call("list_tasks", list(1))
		Expect(shown.CopyText).To(Equal("Deine Aufgaben: 1 offen, 1 erledigt\n☑ Milch\neine weitere"))
		encoded, err := chatkit.Marshal(shown.Widget)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(encoded)).To(And(ContainSubstring(`"Erledigt"`), Not(ContainSubstring("Done"))))
		Expect(call("list_tasks", list(1234)).CopyText).To(And(ContainSubstring("1.234 offen"), ContainSubstring("1.234 weitere")))
	})

	It("words failures, with its own quotation marks", func() {
		shown, _ := german.Call(api.ToolCall{Tool: "delete_task", Status: api.CallFailed, Code: "ambiguous", Result: json.RawMessage(
			`{"name":"Milch","matches":3,"candidates":[{"title":"Milch"},{"title":"Milchreis"}]}`)})
		Expect(shown.Line).To(Equal("Mehrere Aufgaben passen zu „Milch“: „Milch“, „Milchreis“ und eine weitere. Welche meinst du?"))
	})

	It("words what chatcore says by code, and lets what it does not know stand", func() {
		Expect(german.Sentence("step_limit", "This took more steps.")).To(HavePrefix("Das hätte mehr Schritte gebraucht"))
		Expect(german.Sentence("new_code", "Something new.")).To(Equal("Something new."))
		Expect(german.Problem("not_found", "There is nothing here.")).To(Equal("Hier ist nichts."))
		Expect(german.Problem("new_code", "Something new.")).To(Equal("Something new."))
	})
})

// FuzzAcceptLanguage holds that any header chooses one of the languages.
func FuzzAcceptLanguage(f *testing.F) {
	for _, seed := range []string{"", "de", "en-GB,en;q=0.9,de;q=0.8", "*", "x-klingon", "de;q=nan"} {
		f.Add(seed)
	}
	all := languages()
	f.Fuzz(func(t *testing.T, header string) {
		if !slices.Contains(all.All(), all.For(header)) {
			t.Fatal(header)
		}
	})
}
