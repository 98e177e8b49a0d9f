package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
)

// What of a golden request may be missing, may be anything, and has a few values only. All else must be there and of the
// type that it has in the golden file.
var (
	mayBeMissing = regexp.MustCompile(`^(metadata|params\.(limit|order|after|action\.payload|input\.(attachments|quoted_text|inference_options(\.model|\.tool_choice)?|status|answers(\.\w+\.(values|skipped))?)|input\.content\[\d+\]\.(data|group|interactive)))$`)
	ofAClick     = regexp.MustCompile(`^params\.item_id$`) // of an action
	mayBeAll     = regexp.MustCompile(`^(metadata\.|params\.(result|action\.payload|input\.content\[\d+\]\.data\.))`)
	oneOfMany    = regexp.MustCompile(`^params\.input\.answers\.\w+$`) // one of any number: it may be left out
	ofAFew       = regexp.MustCompile(`^params\.(order|kind|input\.status|input\.content\[\d+\]\.type)$`)
)

// place is a value in a request: where it stands, and how to change it.
type place struct {
	path   string
	value  any
	set    func(any)
	remove func() // nil for an element of a list
}

// placesIn finds every value of an object.
func placesIn(path string, value any) (all []place) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			at := strings.TrimPrefix(path+"."+name, ".")
			all = append(all, place{at, value[name], func(v any) { value[name] = v }, func() { delete(value, name) }})
			all = append(all, placesIn(at, value[name])...)
		}
	case []any:
		for i, element := range value {
			at := fmt.Sprintf("%s[%d]", path, i)
			all = append(all, place{at, element, func(v any) { value[i] = v }, nil})
			all = append(all, placesIn(at, element)...)
		}
	}
	return all
}

// wrong are values of other types than a value has, and some that its type allows and its meaning does not.
func wrong(p place) []any {
	of := map[string][]any{
		"string": {7, true, []any{}, map[string]any{}, "a\x00b"}, "float64": {"5", 1.5, -1, true, []any{}, map[string]any{}},
		"bool": {"true", 1, []any{}}, "map[string]interface {}": {[]any{}, "x", 7, true}, "[]interface {}": {map[string]any{}, "x", 7, true},
	}[fmt.Sprintf("%T", p.value)]
	if ofAFew.MatchString(p.path) {
		of = append(of, "", "new", "ASC", strings.Repeat("x", 10_000))
	}
	if strings.HasSuffix(p.path, ".limit") {
		of = append(of, 0)
	}
	return of
}

var _ = Describe("Bad input", func() {
	var a *adapter
	BeforeEach(func() { a = newAdapter(); a.start() })

	// refused says that a request was a 400 that names a field, and that nobody else was asked.
	refused := func(ctx context.Context, body, field string) error {
		asked := len(a.chat.requests())
		response := a.post(ctx, body)
		if response.StatusCode != http.StatusBadRequest || response.Header.Get("Content-Type") != "application/problem+json" {
			return fmt.Errorf("status %d", response.StatusCode)
		}
		problem := object(response)
		switch {
		case field != "" && problem["field"] != field || problem["code"] != "invalid_request":
			return fmt.Errorf("%v", problem)
		case !regexp.MustCompile(`^\S.{0,400}\.$`).MatchString(fmt.Sprint(problem["detail"])):
			return fmt.Errorf("the detail %v", problem["detail"])
		case len(a.chat.requests()) != asked:
			return fmt.Errorf("chatcore was asked")
		}
		return nil
	}
	taken := func(ctx context.Context, body string) error {
		if response := a.post(ctx, body); response.StatusCode == http.StatusBadRequest {
			if problem := object(response); problem["field"] != "params.action.type" { // what a click means is judged later
				return fmt.Errorf("it was refused: %v", problem)
			}
		}
		return nil
	}

	for _, request := range chatkit.Requests() {
		kind := request.RequestType()
		golden := func() map[string]any {
			GinkgoHelper()
			text, err := os.ReadFile(filepath.Join("..", "chatkit", "testdata", "requests", kind+".json"))
			Expect(err).NotTo(HaveOccurred())
			var whole map[string]any
			Expect(json.Unmarshal(text, &whole)).To(Succeed())
			return whole
		}
		body := func(whole map[string]any) string {
			text, err := json.Marshal(whole)
			Expect(err).NotTo(HaveOccurred())
			return string(text)
		}
		mayMiss := func(path string) bool {
			return mayBeMissing.MatchString(path) || ofAClick.MatchString(path) && strings.HasSuffix(kind, "custom_action")
		}

		It("in "+kind+" is a 400 that names the field, whatever is missing, null, of another type or unknown", func(ctx SpecContext) {
			whole := golden()
			for _, p := range placesIn("", whole) {
				if p.path == "type" || mayBeAll.MatchString(p.path) && !mayMiss(p.path) && p.path != "params.result" {
					continue
				}
				for _, value := range append(wrong(p), nil) {
					p.set(value)
					text := body(whole)
					switch {
					case value != nil && mayBeAll.MatchString(p.path):
						Expect(taken(ctx, text)).To(Succeed(), text)
					case value == nil && mayMiss(p.path):
						Expect(taken(ctx, text)).To(Succeed(), text)
					case value == nil && p.path == "params.result": // null is a result
						Expect(taken(ctx, text)).To(Succeed(), text)
					default:
						Expect(refused(ctx, text, p.path)).To(Succeed(), text)
					}
				}
				if p.remove == nil {
					p.set(p.value)
					continue
				}
				p.remove()
				if text := body(whole); mayMiss(p.path) || oneOfMany.MatchString(p.path) {
					Expect(taken(ctx, text)).To(Succeed(), text)
				} else {
					Expect(refused(ctx, text, p.path)).To(Succeed(), text)
				}
				p.set(p.value)
			}
			Expect(whole).To(Equal(golden()))
		})
	}

	DescribeTable("around a request is a 400", func(ctx SpecContext, text, field string) {
		Expect(refused(ctx, text, field)).To(Succeed())
	},
		Entry("nothing", "", ""), Entry("no JSON", "{", ""), Entry("two requests", `{"type":"threads.list","params":{}} {}`, ""),
		Entry("no UTF-8", "{\"type\":\"threads.list\xff\"}", ""), Entry("a list", "[]", ""), Entry("null", "null", ""), Entry("a text", `"threads.list"`, ""),
		Entry("no type", `{"params":{}}`, "type"), Entry("null for a type", `{"type":null,"params":{}}`, "type"), Entry("a number for a type", `{"type":7,"params":{}}`, "type"),
		Entry("an unknown type", `{"type":"threads.explode","params":{}}`, "type"), Entry("an event's type", `{"type":"thread.created","params":{}}`, "type"),
		Entry("a type without end", `{"type":"`+strings.Repeat("x", 100_000)+`","params":{}}`, "type"), Entry("an empty type", `{"type":"","params":{}}`, "type"),
		Entry("the type in capitals", `{"type":"THREADS.LIST","params":{}}`, "type"),
		Entry("objects without end", strings.Repeat(`{"a":`, 20_000)+"1"+strings.Repeat("}", 20_000), ""),
		Entry("a number beyond all", `{"type":"threads.list","params":{"limit":1e400}}`, "params.limit"),
	)

	It("that is too large is a 413", func(ctx SpecContext) {
		response := a.post(ctx, `{"type":"threads.update","params":{"thread_id":"thr_7","title":"`+strings.Repeat("x", 32<<20)+`"}}`)
		Expect(response.StatusCode).To(Equal(http.StatusRequestEntityTooLarge))
	})

	It("that is no more than unknown is ignored", func(ctx SpecContext) {
		a.chat.on("GET /api/alice/conversations", answering(map[string]any{"data": []any{}, "has_more": false}))
		for _, text := range []string{
			`{"type":"threads.list","params":{"new":[1]},"metadata":{"a":{}},"new":null}`, `{"type":"threads.list","params":{"limit":1e3,"order":null,"after":null}}`,
			`{"type":"threads.list","params":{"limit":99999999999}}`,
		} {
			Expect(a.post(ctx, text).StatusCode).To(Equal(http.StatusOK), text)
		}
	})
})
