package validate

import (
	"bytes"
	"errors"
	"fmt"
)

// Report is what came of checking a capture.
type Report struct {
	What     string // was checked, in words
	Mistakes []Mistake
}

// Errors of Capture: what it was given cannot be checked.
var (
	ErrEmpty   = errors.New("there is nothing in it")
	ErrHeaders = errors.New("it begins with HTTP headers: capture the body alone (curl without -i)")
)

// Capture checks a stream or an answer, whichever it is. Options without a request let it guess.
func (v *Validator) Capture(raw []byte, options StreamOptions) (Report, error) {
	trimmed := bytes.TrimSpace(raw)
	streams, known := streamed(options.Request)
	switch {
	case options.Request != "" && !known:
		return Report{}, errors.New(refusedRequest(options.Request))
	case len(trimmed) == 0:
		return Report{}, ErrEmpty
	case bytes.HasPrefix(trimmed, []byte("HTTP/")):
		return Report{}, ErrHeaders
	case trimmed[0] == '{' || trimmed[0] == '[' || trimmed[0] == '"':
		return v.answer(trimmed, options.Request), nil
	case known && !streams:
		return Report{What: "an answer", Mistakes: []Mistake{{Sentence: quoted(options.Request) + " is answered by one JSON object, not by a stream"}}}, nil
	}
	events, mistakes := v.Stream(raw, options)
	return Report{What: fmt.Sprintf("a stream of %s", many(events, "event")), Mistakes: mistakes}, nil
}

func (v *Validator) answer(raw []byte, request string) Report {
	what := "an answer"
	if request == "" {
		if value, err := decode(raw); err == nil {
			o, _ := value.(object)
			request = guessRequest(o)
		}
		if request != "" {
			what = "an answer, by its looks to " + quoted(request)
		}
	}
	return Report{What: what, Mistakes: v.Answer(raw, request)}
}
