package tools

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"taskpilot/toolserver/tasks"
)

// arguments are those of one call. The readers keep the first failure, so that a tool can read all of its arguments in a
// row and the caller asks once for err.
type arguments struct {
	fields    map[string]any // string, bool, json.Number, map[string]any, []any; a null is left out
	canonical []byte
	failure   error
}

// err is the first thing that was wrong.
func (a *arguments) err() error { return a.failure }

func (a *arguments) fail(failure error) {
	if a.failure == nil {
		a.failure = failure
	}
}

// has says whether an optional argument was given.
func (a *arguments) has(name string) bool {
	_, given := a.fields[name]
	return given
}

func (a *arguments) text(name string) string {
	value, given := a.fields[name]
	text, ok := value.(string)
	switch {
	case !given:
		a.fail(tasks.Invalid(name, fmt.Sprintf("The argument %q is missing.", name)))
	case !ok:
		a.fail(tasks.Invalid(name, fmt.Sprintf("The %s must be a text.", name)))
	}
	return text
}

func (a *arguments) title(name string) tasks.Title {
	return ruled(a, name, tasks.NewTitle)
}

func (a *arguments) description(name string) tasks.Description {
	return ruled(a, name, tasks.NewDescription)
}

func (a *arguments) status(name string) tasks.Status {
	return ruled(a, name, tasks.NewStatus)
}

// ruled reads a text and holds it to the rules of package tasks.
func ruled[T any](a *arguments, name string, rule func(field, raw string) (T, error)) T {
	var none T
	text := a.text(name)
	if a.failure != nil {
		return none
	}
	value, err := rule(name, text)
	if err != nil {
		a.fail(err)
	}
	return value
}

func (a *arguments) id(name string) int64 {
	value, given := a.fields[name]
	if !given {
		a.fail(tasks.Invalid(name, fmt.Sprintf("The argument %q is missing.", name)))
		return 0
	}
	number, _ := value.(json.Number)
	id, ok := whole(string(number))
	if !ok {
		a.fail(tasks.Invalid(name, fmt.Sprintf("The %s must be a whole number, as the tools give it.", name)))
	}
	return id
}

// whole reads an integer; JSON writes one also as 5.0 or 5e0.
func whole(number string) (int64, bool) {
	if id, err := strconv.ParseInt(number, 10, 64); err == nil {
		return id, true
	}
	const exact = 1 << 53 // below it a float64 holds every integer
	float, err := strconv.ParseFloat(number, 64)
	if err != nil || float != math.Trunc(float) || math.Abs(float) >= exact {
		return 0, false
	}
	return int64(float), true
}

// yesNo gives nil when the argument was left out.
func (a *arguments) yesNo(name string) *bool {
	value, given := a.fields[name]
	if !given {
		return nil
	}
	yes, ok := value.(bool)
	if !ok {
		a.fail(tasks.Invalid(name, fmt.Sprintf("The %s must be true or false.", name)))
	}
	return &yes
}
