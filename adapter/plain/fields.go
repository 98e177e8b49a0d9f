package plain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"taskpilot/adapter/mapping"
)

// decode reads JSON; numbers stay as they were written.
func decode(raw []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the JSON")
	}
	return value, nil
}

// find gives the first of some fields that is there and not null.
func find(value any, names mapping.Names) any {
	for _, path := range names {
		if found := at(value, path); found != nil {
			return found
		}
	}
	return nil
}

func at(value any, path string) any {
	if path == "" {
		return value
	}
	for name := range strings.SplitSeq(path, ".") {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[name]
	}
	return value
}

// list gives the first of some fields that is a list.
func list(value any, names mapping.Names) (elements []any, ok bool) {
	for _, path := range names {
		if elements, ok = at(value, path).([]any); ok {
			return elements, true
		}
	}
	return nil, false
}

// text is a value as text: a list of parts, as OpenAI writes them, in one piece.
func text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return string(value)
	case bool:
		return strconv.FormatBool(value)
	case []any:
		var all strings.Builder
		for _, part := range value {
			all.WriteString(text(part))
		}
		return all.String()
	case map[string]any:
		return text(value["text"])
	}
	return ""
}

// encoded is a value as JSON again; nil is nothing.
func encoded(value any) json.RawMessage {
	if value == nil {
		return nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil // it came as JSON
	}
	return raw
}

// put sets a field by its dotted path.
func put(object map[string]any, path string, value any) {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		inner, ok := object[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	object[names[len(names)-1]] = value
}
