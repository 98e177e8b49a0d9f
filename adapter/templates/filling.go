package templates

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"taskpilot/adapter/present"
	"taskpilot/chatcore/api"
)

// errMissing says that something is not in the record, or is empty.
var errMissing = errors.New("something that is filled in is missing")

// maxEach is how often a part is repeated.
const maxEach = 200

// filling fills templates from one record, in one language.
type filling struct {
	language string
	values   map[string]any
}

func newFilling(language string, record api.ToolCall) filling {
	result := record.Result
	if len(record.Refreshed) > 0 {
		result = record.Refreshed
	}
	return filling{language, map[string]any{
		"tool": record.Tool, "status": string(record.Status), "code": record.Code, "error": record.Error,
		"revision": json.Number(strconv.FormatInt(record.Revision, 10)), "parameters": decoded(record.Parameters), "result": decoded(result),
	}}
}

func decoded(raw json.RawMessage) (value any) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	_ = decoder.Decode(&value) // what is no JSON is not there
	return value
}

// with is the filling in a repetition.
func (f filling) with(item any) filling {
	f.values = maps.Clone(f.values)
	f.values["item"] = item
	return f
}

// at gives what a dotted path names; nil when it is not there. length is a list's.
func (f filling) at(path string) (value any) {
	value = f.values
	for name := range strings.SplitSeq(path, ".") {
		switch in := value.(type) {
		case map[string]any:
			value = in[name]
		case []any:
			if name == "length" {
				return json.Number(strconv.Itoa(len(in)))
			}
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 || n >= len(in) {
				return nil
			}
			value = in[n]
		default:
			return nil
		}
	}
	return value
}

// place is where something is filled in: {path}, or {path|most characters}.
var place = regexp.MustCompile(`\{([a-z][A-Za-z0-9_.-]*)(?:\|([0-9]{1,4}))?\}`)

// usual is how many characters are filled in at most.
const usual = 500

// text fills a text. safe makes a stranger's text fit where it goes.
func (f filling) text(template string, safe func(string) string) (string, error) {
	var missing error
	begins := strings.HasPrefix(template, "{") // with a stranger's text, which must not begin a heading or a list
	filled := place.ReplaceAllStringFunc(template, func(found string) string {
		parts := place.FindStringSubmatch(found)
		most, err := strconv.Atoi(parts[2])
		if err != nil {
			most = usual
		}
		var said string
		switch value := f.at(parts[1]).(type) {
		case string:
			said = value
		case json.Number:
			said = string(value)
		case bool:
			said = strconv.FormatBool(value)
		}
		if said = present.Line(said); said == "" {
			missing = errMissing
		}
		said = safe(clipped(said, most))
		if begins {
			begins = false
			said = present.AtStart(said)
		}
		return said
	})
	return filled, missing
}

func clipped(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:max(most-1, 0)]) + "…"
}

// line fills a text, or one for each language.
func (f filling) line(template any, safe func(string) string) (string, error) {
	switch template := template.(type) {
	case string:
		return f.text(template, safe)
	case map[string]any:
		said, _ := f.spoken(template).(string)
		return f.text(said, safe)
	}
	return "", errMissing
}

// spoken is what is said in the language: English where it is not said in it.
func (f filling) spoken(in map[string]any) any {
	for _, language := range append([]string{f.language, "en"}, slices.Sorted(maps.Keys(in))...) {
		if said, ok := in[language]; ok {
			return said
		}
	}
	return nil
}

// lines are texts below each other.
func (f filling) lines(template any) (string, error) {
	if several, ok := template.([]any); ok {
		filled, err := f.list(several, present.Line)
		all := make([]string, len(filled))
		for i := range filled {
			all[i], _ = filled[i].(string)
		}
		return strings.Join(all, "\n"), err
	}
	return f.line(template, present.Line)
}

// node fills a part of a widget.
func (f filling) node(template any, safe func(string) string) (any, error) {
	switch template := template.(type) {
	case string:
		return f.text(template, safe)
	case []any:
		return f.list(template, safe)
	case map[string]any:
		if path, ok := template["$"].(string); ok {
			return f.value(path)
		}
		if said, ok := template["say"].(map[string]any); ok {
			return f.line(said, safe)
		}
		return f.object(template)
	}
	return template, nil
}

// value is a value of the record as it is.
func (f filling) value(path string) (any, error) {
	if value := f.at(path); value != nil {
		return value, nil
	}
	return nil, errMissing
}

func (f filling) object(template map[string]any) (any, error) {
	safe := present.Line
	if template["type"] == "Markdown" {
		safe = present.InMarkdown
	}
	filled := map[string]any{}
	for name, part := range template {
		value, err := f.node(part, safe)
		if err != nil {
			return nil, err
		}
		filled[name] = value
	}
	return filled, nil
}

// list fills the parts of a list, those that stand for several or may be left out too.
func (f filling) list(template []any, safe func(string) string) (filled []any, err error) {
	filled = []any{}
	for _, part := range template {
		object, _ := part.(map[string]any)
		shown, special := object["show"]
		if !special {
			value, err := f.node(part, safe)
			if err != nil {
				return nil, err
			}
			filled = append(filled, value)
			continue
		}
		more, err := f.special(object, shown, safe)
		if err != nil {
			return nil, err
		}
		filled = append(filled, more...)
	}
	return filled, nil
}

// special fills a part once for each element of a list, or not at all where its conditions don't hold. What is for no list
// is left out when something is missing; a list is shown whole or not.
func (f filling) special(part map[string]any, shown any, safe func(string) string) (filled []any, err error) {
	parts, several := shown.([]any)
	if !several {
		parts = []any{shown}
	}
	conditions := conditionsOf(part)
	path, repeated := part["each"].(string)
	if !repeated {
		if !conditions.hold(f) {
			return nil, nil
		}
		if filled, err = f.list(parts, safe); errors.Is(err, errMissing) {
			return nil, nil
		}
		return filled, err
	}
	elements, ok := f.at(path).([]any)
	if !ok {
		return nil, errMissing
	}
	for _, element := range elements[:min(len(elements), maxEach)] {
		inside := f.with(element)
		if !conditions.hold(inside) {
			continue
		}
		more, err := inside.list(parts, safe)
		if err != nil {
			return nil, err
		}
		filled = append(filled, more...)
	}
	return filled, nil
}

// Conditions say when something is shown: what When names has these values, and nothing of Unless has. A null is what is
// not there.
type Conditions struct {
	When   map[string]any `json:"when"`
	Unless map[string]any `json:"unless"`
}

func conditionsOf(part map[string]any) (c Conditions) {
	c.When, _ = part["when"].(map[string]any)
	c.Unless, _ = part["unless"].(map[string]any)
	return c
}

func (c Conditions) hold(f filling) bool {
	for path, wanted := range c.When {
		if !same(f.at(path), wanted) {
			return false
		}
	}
	for path, unwanted := range c.Unless {
		if same(f.at(path), unwanted) {
			return false
		}
	}
	return true
}

// names says that a condition asks for a value.
func (c Conditions) names(path string) bool {
	_, when := c.When[path]
	_, unless := c.Unless[path]
	return when || unless
}

// same compares values; numbers by what they are and not by how they are written.
func same(a, b any) bool { return reflect.DeepEqual(plainly(a), plainly(b)) }

func plainly(value any) (plain any) {
	encoded, err := json.Marshal(value)
	if err != nil || json.Unmarshal(encoded, &plain) != nil {
		return value
	}
	return plain
}
