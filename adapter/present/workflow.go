package present

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// maxResult is how much of a strange tool's result is shown, in characters.
const maxResult = 2000

// stranger says that a tool is none that present has words for.
func stranger(tool string) bool {
	return !slices.Contains([]string{addTask, listTasks, findTask, completeTask, updateTask, deleteTask}, tool)
}

// workflow is the decent default for what a strange tool did: collapsed, its name, the time it took, and its result.
func (w *Words) workflow(record api.ToolCall) *chatkit.Workflow {
	name := clipped(plain(record.Tool), 60)
	title := w.say(toolUsed, name)
	if record.StartedAt != nil && record.FinishedAt != nil && record.FinishedAt.After(*record.StartedAt) {
		title = w.say(toolTook, name, record.FinishedAt.Sub(*record.StartedAt).Seconds())
	}
	task := chatkit.CustomTask{TaskHead: chatkit.TaskHead{Status: "complete", Title: name}, Icon: "bolt", Content: fenced(resultText(shown(record)))}
	return &chatkit.Workflow{Type: "custom", Tasks: []chatkit.Task{task}, Summary: chatkit.CustomSummary{Title: title, Icon: "bolt"}}
}

// resultText is a result for people: a text as it is, all else as JSON with lines of its own.
func resultText(result json.RawMessage) string {
	var text string
	if json.Unmarshal(result, &text) == nil {
		return text
	}
	var lines bytes.Buffer
	if json.Indent(&lines, result, "", "  ") != nil {
		return ""
	}
	return lines.String()
}

// fenced is a stranger's text as a block of code, which nothing in it can leave.
func fenced(text string) string {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (r < ' ' || turns(r)) {
			return -1
		}
		return r
	}, text)
	text = clipped(text, maxResult)
	if strings.TrimSpace(text) == "" {
		return ""
	}
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "\n" + text + "\n" + fence
}
