package chatkit

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Marshal encodes anything of this package in one line, with <, > and & as they are: they are no danger inside
// application/json and text/event-stream, and half of all text has them.
func Marshal(v any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

// tagged encodes a struct with its type in front, which is how ChatKit tells the members of a union apart.
func tagged(kind string, fields any) ([]byte, error) {
	body, err := Marshal(fields)
	if err != nil {
		return nil, err
	}
	head := []byte(`{"type":"` + kind + `"`)
	if len(body) > len("{}") {
		head = append(head, ',')
	}
	return append(head, body[1:]...), nil
}

// RawObject is a JSON object as it came, to the last digit of its numbers; nil is {}.
type RawObject json.RawMessage

// MarshalJSON gives the object.
func (o RawObject) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte(`{}`), nil
	}
	return o, nil
}

// list makes a nil slice an empty one, for lists that must be there.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// object does the same for objects.
func object(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
