package agent

import (
	"encoding/json"
	"fmt"
	"strings"

	"taskpilot/chatcore/api"
)

// ByHand is what the person did without words: one call of a tool.
type ByHand struct {
	Record api.ToolCall
	Behind int64 // the position behind which it had ended
}

// doneBefore splits what was done by hand into what had ended when something was said at a position, and the rest.
func doneBefore(byHand []ByHand, position int64) (before, rest []ByHand) {
	for i, done := range byHand {
		if done.Behind >= position {
			return byHand[:i], byHand[i:]
		}
	}
	return byHand, nil
}

// A note names the last few things that were done, with parameters and results where these are short: what a task is
// called, and not all tasks.
const (
	maxByHand     = 20
	maxByHandJSON = 600 // bytes
)

// noteOfHand tells the model what the person did without words.
func noteOfHand(byHand []ByHand) string {
	if len(byHand) == 0 {
		return ""
	}
	var note strings.Builder
	note.WriteString("\n\n(Note from the system, not from the person: meanwhile the person did this by hand, by clicking:")
	if more := len(byHand) - maxByHand; more > 0 {
		fmt.Fprintf(&note, "\n- %d more before these", more)
		byHand = byHand[more:]
	}
	for _, done := range byHand {
		fmt.Fprintf(&note, "\n- %s %s → %s", done.Record.Tool, short(done.Record.Parameters), cameOf(done.Record))
	}
	note.WriteString(")")
	return note.String()
}

// cameOf says in short how a call ended.
func cameOf(record api.ToolCall) string {
	switch {
	case record.Status != api.CallExecuted:
		return "failed: " + record.Error
	case len(record.Result) == 0 || len(record.Result) > maxByHandJSON:
		return "ok"
	default:
		return "ok: " + string(record.Result)
	}
}

func short(parameters json.RawMessage) string {
	if len(parameters) > maxByHandJSON {
		return "{…}"
	}
	return string(parameters)
}
