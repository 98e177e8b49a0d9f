package validate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// object is a JSON object.
type object = map[string]any

// decode reads JSON; numbers stay as they are written.
func decode(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON")
	}
	return value, nil
}

// called names what a value is.
func called(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "a text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

// isWhole says that a number has no fraction.
func isWhole(number json.Number) bool {
	f, err := number.Float64()
	return err == nil && f == math.Trunc(f)
}

// index gives a member that counts something from 0 on.
func index(o object, name string) (n int, ok bool) {
	number, ok := o[name].(json.Number)
	if !ok {
		return 0, false
	}
	f, err := number.Float64()
	if err != nil || f != math.Trunc(f) || f < 0 || f > math.MaxInt32 {
		return 0, false
	}
	return int(f), true
}

// text gives a member that is a text, and else an empty one.
func text(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

// member gives a member that is an object, and else nil.
func member(o object, name string) object {
	m, _ := o[name].(object)
	return m
}

// elements gives a member that is a list, and else nil.
func elements(o object, name string) []any {
	l, _ := o[name].([]any)
	return l
}

// within is the path to a member.
func within(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// nth is the path to an element.
func nth(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// quoted shows a stranger's text in a sentence.
func quoted(s string) string {
	const longest = 60
	if runes := []rune(s); len(runes) > longest {
		s = string(runes[:longest]) + "…"
	}
	q := strconv.Quote(s)
	return "`" + q[1:len(q)-1] + "`"
}

// many counts things.
func many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
