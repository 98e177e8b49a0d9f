package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"taskpilot/toolserver/tasks"
)

// readArguments reads raw as an object with names from known. It refuses what the decoder would let slip: an unknown name
// (also in another case), a name given twice, bytes that are no UTF-8, half a surrogate pair.
func readArguments(raw json.RawMessage, known []string) (*arguments, error) {
	if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || bytes.Equal(trimmed, []byte("null")) {
		raw = json.RawMessage("{}")
	}
	if !utf8.Valid(raw) {
		return nil, tasks.Invalid("arguments", "The arguments are not valid UTF-8.")
	}
	if hasLoneSurrogate(raw) {
		return nil, tasks.Invalid("arguments", "The arguments have half of a surrogate pair in them (\\ud800 to \\udfff), which is no character.")
	}
	fields, err := readObject(raw)
	if err != nil {
		return nil, err
	}
	for _, name := range sortedNames(fields) {
		if !slices.Contains(known, name) {
			return nil, tasks.Invalid(clip(name), fmt.Sprintf("There is no argument %q here: %s.", clip(name), expected(known)))
		}
	}
	canonical, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("writing arguments anew: %w", err)
	}
	for name, value := range fields {
		if value == nil { // models send null for what they leave out
			delete(fields, name)
		}
	}
	return &arguments{fields: fields, canonical: canonical}, nil
}

func readObject(raw []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return nil, notObject()
	}
	fields := map[string]any{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, notObject()
		}
		name, _ := token.(string) // between braces the decoder lets only strings be names
		var value any
		if err := decoder.Decode(&value); err != nil {
			return nil, notObject()
		}
		if _, twice := fields[name]; twice {
			return nil, tasks.Invalid(clip(name), fmt.Sprintf("The argument %q is given twice.", clip(name)))
		}
		fields[name] = value
	}
	if _, err := decoder.Token(); err != nil { // the closing brace
		return nil, notObject()
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, notObject()
	}
	return fields, nil
}

func notObject() error {
	return tasks.Invalid("arguments", "The arguments are not a JSON object.")
}

func expected(known []string) string {
	if len(known) == 0 {
		return "there are none"
	}
	return "it can be " + strings.Join(known, ", ")
}

// clip keeps a caller's own text in an answer short.
func clip(text string) string {
	const limit = 40
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

func sortedNames(fields map[string]any) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// hasLoneSurrogate finds an escape that stands for half a character; the decoder would put U+FFFD in its place.
func hasLoneSurrogate(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		first, ok := escaped(raw[i:])
		if !ok {
			i++ // another escape: skip what it escapes
			continue
		}
		i += 5
		if !utf16.IsSurrogate(first) {
			continue
		}
		second, _ := escaped(raw[i+1:])
		if utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escaped reads \uXXXX at the start of raw.
func escaped(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	code, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(code), err == nil
}
