package templates

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"taskpilot/adapter/settingsfile"
	"taskpilot/chatcore/api"
)

// Schema is the JSON schema of the file.
//
//go:embed schema.json
var Schema []byte

// Templates are those of a file. They keep nothing and may be used by many at once.
type Templates struct {
	tools   map[string]tool
	checker checker
}

// tool is what one tool's calls show.
type tool struct {
	Doing   *doing   `json:"doing"`
	Shows   []shows  `json:"shows"`
	Samples []sample `json:"samples"`
}

// doing is said while a call is at work.
type doing struct {
	Text any    `json:"text"`
	Icon string `json:"icon"`
}

// shows is one way to show a call: the first that fits and can be filled counts.
type shows struct {
	Conditions
	Line     any `json:"line"`
	Widget   any `json:"widget"`
	CopyText any `json:"copy_text"`
}

// sample is a record to try the templates on.
type sample struct {
	Parameters json.RawMessage `json:"parameters"`
	Result     json.RawMessage `json:"result"`
	Status     api.CallStatus  `json:"status"`
	Code       string          `json:"code"`
}

func (s sample) record(name string) api.ToolCall {
	record := api.ToolCall{ID: 1, Tool: name, Parameters: s.Parameters, Result: s.Result, Status: s.Status, Code: s.Code}
	if record.Status == "" {
		record.Status = api.CallExecuted
	}
	return record
}

// Read reads a file, and tries each template on its samples. languages are those that it is tried in. The error names every
// fault.
func Read(path string, languages []string) (*Templates, error) {
	var file struct {
		Tools map[string]tool `json:"tools"`
	}
	if err := settingsfile.Read(path, Schema, &file); err != nil {
		return nil, err
	}
	t := &Templates{tools: file.Tools, checker: newChecker()}
	if err := t.fault(languages); err != nil {
		return nil, fmt.Errorf("%s cannot be used:\n%w", path, err)
	}
	return t, nil
}

// fault tries the samples: each has to be shown, and each widget has to be shown by one.
func (t *Templates) fault(languages []string) error {
	var all []error
	for _, name := range slices.Sorted(maps.Keys(t.tools)) {
		tried := map[int]bool{}
		for n, sample := range t.tools[name].Samples {
			for _, language := range languages {
				which, _, err := t.show(language, sample.record(name))
				if err != nil {
					all = append(all, fmt.Errorf("tools.%s.samples.%d, in %s: %w", name, n, language, err))
				}
				tried[which] = true
			}
		}
		for n, way := range t.tools[name].Shows {
			if way.Widget != nil && !tried[n] {
				all = append(all, fmt.Errorf("tools.%s.shows.%d: no sample shows this widget, so that it can't be checked", name, n))
			}
		}
	}
	return errors.Join(all...)
}
