package grade

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"taskpilot/deploy/eval/cases"
)

// Marks are a turn's. A mark that does not apply is nil: there are no arguments to judge where no call is right.
type Marks struct {
	Kind      string        `json:"kind"`
	Said      string        `json:"said"`
	Answer    string        `json:"answer"`
	Calls     []string      `json:"calls"`
	Took      time.Duration `json:"took_ns"`
	Choice    *bool         `json:"choice"`
	Arguments *bool         `json:"arguments,omitempty"`
	State     *bool         `json:"state"`
	Context   *bool         `json:"context,omitempty"`
}

// Good says whether every mark is.
func (m Marks) Good() bool {
	return *m.Choice && *m.State && (m.Arguments == nil || *m.Arguments)
}

// lookups change nothing: an agent may look whenever it likes, and may ask.
var lookups = []string{"find_task_by_name", "list_tasks", askPerson}

const askPerson = "ask_person"

func mark(turn cases.Turn, answer Answer, before, after map[int64]cases.Task) Marks {
	marks := Marks{Said: turn.Say, Answer: answer.Text, Calls: written(answer.Calls), Took: answer.Took}
	marks.Choice = new(choseWell(turn, answer))
	if len(turn.Calls) > 0 {
		marks.Arguments = new(*marks.Choice && arguedWell(turn, answer, before))
	}
	marks.State = new(stands(turn, before, after))
	if turn.Refers {
		marks.Context = new(marks.Good())
	}
	return marks
}

// choseWell: the right tools as often as they are right, and nothing else but what is allowed.
func choseWell(turn cases.Turn, answer Answer) bool {
	var wanted []string
	for _, call := range turn.Calls {
		wanted = append(wanted, call.Tool)
	}
	var acting []string
	asked := strings.Contains(answer.Text, "?")
	for _, call := range answer.Calls {
		asked = asked || call.Tool == askPerson
		switch at := slices.Index(wanted, call.Tool); {
		case at >= 0:
			wanted = slices.Delete(wanted, at, at+1)
		case !slices.Contains(lookups, call.Tool) && !slices.Contains(turn.May, call.Tool):
			acting = append(acting, call.Tool)
		}
	}
	return len(wanted) == 0 && len(acting) == 0 && (asked || !turn.Asks)
}

// arguedWell: each right call was made, each with a call of its own.
func arguedWell(turn cases.Turn, answer Answer, before map[int64]cases.Task) bool {
	made := slices.Clone(answer.Calls)
	for _, wanted := range turn.Calls {
		at := slices.IndexFunc(made, func(call Call) bool { return fits(call, wanted, before) })
		if at < 0 {
			return false
		}
		made = slices.Delete(made, at, at+1)
	}
	return true
}

func fits(call Call, wanted cases.Call, before map[int64]cases.Task) bool {
	if call.Tool != wanted.Tool {
		return false
	}
	if wanted.Task != "" {
		id, isNumber := call.Arguments["task_id"].(float64)
		if !isNumber || !cases.FitsAny(before[int64(id)].Title, wanted.Task) {
			return false
		}
	}
	for name, value := range wanted.Arguments {
		given := call.Arguments[name]
		if given == nil {
			given = ""
		}
		if !cases.FitsAny(fmt.Sprint(given), value) {
			return false
		}
	}
	return true
}

// stands says whether the tasks are as they should be.
func stands(turn cases.Turn, before, after map[int64]cases.Task) bool {
	left := make([]cases.Task, 0, len(after))
	for _, task := range after {
		left = append(left, task)
	}
	var wanted [][]cases.Task
	switch {
	case turn.Empty:
	case turn.Tasks == nil:
		for _, task := range before {
			wanted = append(wanted, []cases.Task{task})
		}
	default:
		for _, line := range turn.Tasks {
			wanted = append(wanted, cases.AnyTask(line))
		}
	}
	for _, alternatives := range wanted {
		at := slices.IndexFunc(left, func(task cases.Task) bool { return slices.ContainsFunc(alternatives, task.Same) })
		if at < 0 {
			return false
		}
		left = slices.Delete(left, at, at+1)
	}
	return len(left) == 0
}

// written are calls as a person reads them.
func written(calls []Call) []string {
	lines := []string{}
	for _, call := range calls {
		arguments, _ := json.Marshal(call.Arguments) // it came from JSON
		lines = append(lines, call.Tool+" "+string(arguments))
	}
	return lines
}
