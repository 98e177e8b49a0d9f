package chatkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// RequestError is a request that cannot be read. Field is the path to what is wrong, such as params.input.content[0].text,
// and empty when it is the body as a whole. Message is for whoever wrote the page.
type RequestError struct {
	Field   string
	Message string
}

func (e *RequestError) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + " " + e.Message
}

// reading is the reading of one request. It remembers the first thing that is wrong; what is read after it means nothing.
type reading struct{ failed *RequestError }

func (r *reading) fail(path, message string) {
	if r.failed == nil {
		r.failed = &RequestError{Field: path, Message: message}
	}
}

// fields is a JSON object that is being read. Members is nil when there is none.
type fields struct {
	reading *reading
	path    string
	members map[string]json.RawMessage
}

func (r *reading) object(path string, raw []byte) fields {
	f := fields{reading: r, path: path}
	if kindOf(raw) != "an object" {
		r.fail(path, "must be an object, not "+kindOf(raw))
		return f
	}
	if err := json.Unmarshal(raw, &f.members); err != nil {
		r.fail(path, "cannot be read")
	}
	return f
}

func (f fields) at(name string) string {
	if f.path == "" {
		return name
	}
	return f.path + "." + shortened(name)
}

// get gives a member; a null is none.
func (f fields) get(name string) (json.RawMessage, bool) {
	raw, ok := f.members[name]
	if !ok || bytes.Equal(raw, []byte("null")) {
		return nil, false
	}
	return raw, true
}

// need gives a member that must be there.
func (f fields) need(name string) (json.RawMessage, bool) {
	raw, ok := f.get(name)
	if !ok {
		f.reading.fail(f.at(name), "is missing")
	}
	return raw, ok
}

func (f fields) object(name string) fields {
	if raw, ok := f.need(name); ok {
		return f.reading.object(f.at(name), raw)
	}
	return fields{reading: f.reading, path: f.at(name)}
}

func (f fields) optionalObject(name string) fields {
	if raw, ok := f.get(name); ok {
		return f.reading.object(f.at(name), raw)
	}
	return fields{reading: f.reading, path: f.at(name)}
}

func (f fields) text(name string) string {
	if raw, ok := f.need(name); ok {
		return f.reading.text(f.at(name), raw)
	}
	return ""
}

func (f fields) optionalText(name string) string {
	if raw, ok := f.get(name); ok {
		return f.reading.text(f.at(name), raw)
	}
	return ""
}

// text refuses U+0000: no database takes it.
func (r *reading) text(path string, raw []byte) string {
	var s string
	if kindOf(raw) != "a string" || json.Unmarshal(raw, &s) != nil {
		r.fail(path, "must be a string, not "+kindOf(raw))
	}
	if strings.ContainsRune(s, 0) {
		r.fail(path, "must not contain U+0000")
	}
	return s
}

func (f fields) choice(name, usual string, values ...string) string {
	raw, ok := f.get(name)
	if !ok && usual != "" {
		return usual
	}
	if !ok {
		f.reading.fail(f.at(name), "is missing")
		return ""
	}
	given := f.reading.text(f.at(name), raw)
	for _, value := range values {
		if given == value {
			return given
		}
	}
	f.reading.fail(f.at(name), fmt.Sprintf("must be %s, not %q", strings.Join(values, " or "), shortened(given)))
	return given
}

// count reads a whole number of at least least; usual nil: it must be there.
func (f fields) count(name string, usual *int, least int) int {
	raw, ok := f.get(name)
	if !ok && usual != nil {
		return *usual
	}
	if !ok {
		f.reading.fail(f.at(name), "is missing")
		return least
	}
	n, whole := wholeNumber(raw)
	if kindOf(raw) != "a number" || !whole {
		f.reading.fail(f.at(name), "must be a whole number")
	} else if n < least {
		f.reading.fail(f.at(name), "must be at least "+strconv.Itoa(least))
	}
	return n
}

func (f fields) flag(name string, usual bool) bool {
	raw, ok := f.get(name)
	if !ok {
		return usual
	}
	if kindOf(raw) != "a boolean" {
		f.reading.fail(f.at(name), "must be a boolean, not "+kindOf(raw))
	}
	return raw[0] == 't'
}

// kindOf names what a valid JSON text is.
func kindOf(raw []byte) string {
	switch raw = bytes.TrimLeft(raw, " \t\r\n"); {
	case len(raw) == 0:
		return "nothing"
	case raw[0] == '{':
		return "an object"
	case raw[0] == '[':
		return "a list"
	case raw[0] == '"':
		return "a string"
	case raw[0] == 't' || raw[0] == 'f':
		return "a boolean"
	case raw[0] == 'n':
		return "null"
	default:
		return "a number"
	}
}
