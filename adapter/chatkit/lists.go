package chatkit

import (
	"encoding/json"
	"fmt"
)

// elements gives a list's elements.
func (r *reading) elements(path string, raw []byte) []json.RawMessage {
	var elements []json.RawMessage
	if kindOf(raw) != "a list" || json.Unmarshal(raw, &elements) != nil {
		r.fail(path, "must be a list, not "+kindOf(raw))
	}
	return elements
}

// list reads a list of objects that must be there.
func (f fields) list(name string) []fields {
	raw, ok := f.need(name)
	if !ok {
		return nil
	}
	elements := f.reading.elements(f.at(name), raw)
	objects := make([]fields, len(elements))
	for i, element := range elements {
		objects[i] = f.reading.object(fmt.Sprintf("%s[%d]", f.at(name), i), element)
	}
	return objects
}

func (f fields) texts(name string) []string {
	f.need(name)
	return f.optionalTexts(name)
}

func (f fields) optionalTexts(name string) []string {
	raw, ok := f.get(name)
	if !ok {
		return nil
	}
	elements := f.reading.elements(f.at(name), raw)
	texts := make([]string, len(elements))
	for i, element := range elements {
		texts[i] = f.reading.text(fmt.Sprintf("%s[%d]", f.at(name), i), element)
	}
	return texts
}

// data reads an object of any members, as it is; absent is nil.
func (f fields) data(name string) RawObject {
	raw, ok := f.get(name)
	if !ok {
		return nil
	}
	if kindOf(raw) != "an object" {
		f.reading.fail(f.at(name), "must be an object, not "+kindOf(raw))
	}
	return RawObject(raw)
}

// result reads any JSON that must be there; here a null is a value.
func (f fields) result(name string) json.RawMessage {
	raw, ok := f.members[name]
	if !ok {
		f.reading.fail(f.at(name), "is missing")
	}
	return raw
}
