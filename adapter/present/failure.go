package present

import (
	"strings"

	"taskpilot/chatcore/api"
)

// failed words a call that did not work, by its code. The stored sentence is for callers without a user interface and for
// the model; it is not shown, for it names ids and tools.
func (w *Words) failed(record api.ToolCall) string {
	if record.Status == api.CallSkipped {
		return w.say(skipped)
	}
	said := readFailure(record)
	switch record.Code {
	case "not_found":
		if plain(said.Name) != "" {
			return w.say(notThereNamed, inMarkdown(clipped(plain(said.Name), maxNamed)))
		}
		return w.say(notThere)
	case "ambiguous":
		return w.ambiguous(said)
	case "invalid":
		return w.invalid(said)
	case "nothing_to_change":
		return w.say(nothingToChange)
	case "unknown_tool":
		return w.say(unknownTool, toolName(record.Tool))
	case "invalid_arguments":
		return w.say(badArguments)
	case "tool_unreachable":
		return w.say(unreachable)
	case "tool_timeout":
		return w.say(timeout)
	case "skipped":
		return w.say(skipped)
	}
	return w.say(failedOther, toolName(record.Tool))
}

// How much of a stranger's text one sentence names.
const (
	maxNamed      = 80
	maxCandidates = 10
)

func (w *Words) ambiguous(said failure) string {
	var named []string
	for _, candidate := range said.Candidates {
		if title := plain(candidate.Title); title != "" && len(named) < maxCandidates {
			named = append(named, w.say(quoted, inMarkdown(clipped(title, maxNamed))))
		}
	}
	name := inMarkdown(clipped(plain(said.Name), maxNamed))
	more := max(said.Matches, len(said.Candidates)) - len(named)
	switch {
	case len(named) == 0 || name == "":
		return w.say(ambiguousBare)
	case more > 0:
		return w.say(ambiguousMore, name, strings.Join(named, ", "), more)
	default:
		return w.say(ambiguous, name, strings.Join(named, ", "))
	}
}

func (w *Words) invalid(said failure) string {
	switch {
	case said.Limit <= 0:
		return w.say(invalid)
	case said.Field == "title" || said.Field == "name":
		return w.say(titleLength, said.Limit)
	case said.Field == "description":
		return w.say(textLength, said.Limit)
	default:
		return w.say(otherLength, said.Limit)
	}
}
