package rules

import (
	"encoding/json"
	"fmt"
	"slices"

	"taskpilot/deploy/offlinemodel/openai"
)

// askPerson is chatcore's own tool: questions to the person, with choices to click.
const askPerson = "ask_person"

// maxChoices is how many options a question of chatcore's may have.
const maxChoices = 50

// chosen is what a person answered; nothing when the question was skipped.
type chosen struct {
	Answers map[string]struct {
		Values []string `json:"values"`
	} `json:"answers"`
}

// choiceID names the only question that is ever asked.
const choiceID = "which"

// choose asks which of the listed tasks is meant, or which of them are.
func choose(w want, listed []task, question string, several bool) thought {
	listed = listed[:min(len(listed), maxChoices)]
	var options []map[string]any
	for _, label := range labels(listed) {
		options = append(options, map[string]any{"value": label})
	}
	t := call(w, func(string) bool { return true }, askPerson, map[string]any{"inputs": []map[string]any{{
		"id": choiceID, "question": question, "type": "multiple_choice", "options": options, "multiple": several,
	}}})
	t.lacks = "name"
	return t
}

// labels tell tasks apart: by their titles, and where these are equal by state and number too.
func labels(listed []task) []string {
	titles, all := map[string]int{}, make([]string, len(listed))
	for _, t := range listed {
		titles[t.Title]++
	}
	for i, t := range listed {
		if all[i] = t.Title; titles[t.Title] > 1 {
			all[i] = numbered(t)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(all)))) == len(all) {
		return all
	}
	for i, t := range listed { // a title that looks like another task's label
		all[i] = numbered(t)
	}
	return all
}

func numbered(t task) string {
	state := "open"
	if t.Completed {
		state = "done"
	}
	return fmt.Sprintf("%s (%s, #%d)", t.Title, state, t.ID)
}

// picked are the listed tasks that the person chose.
func picked(listed []task, answer string) (tasks []task) {
	var c chosen
	_ = json.Unmarshal([]byte(answer), &c) // no answer is no choice
	listed = listed[:min(len(listed), maxChoices)]
	for i, label := range labels(listed) {
		if slices.Contains(c.Answers[choiceID].Values, label) {
			tasks = append(tasks, listed[i])
		}
	}
	return tasks
}

// several begins to delete more than one task: which, the person chooses, of the tasks in question.
func (m *Model) several(w want, known memory, may func(string) bool) thought {
	if m.those.MatchString(w.name) && len(known.listed) > 1 {
		return choose(w, known.listed, whichOnes, true)
	}
	status := "all"
	if m.done.MatchString(w.name) {
		status = "completed"
	} else if m.open.MatchString(w.name) {
		status = "pending"
	}
	return call(w, may, listTasks, map[string]any{"status": status})
}

// ofList goes on when the list is there that the person is to choose from.
func (m *Model) ofList(w want, o outcome, may func(string) bool) thought {
	switch len(o.listed) {
	case 0:
		return say(w, nothingToDelete)
	case 1:
		w.task = &o.listed[0]
		return m.act(w, may)
	default:
		return choose(w, o.listed, whichOnes, true)
	}
}

// onPicked does to each task that was chosen what was wanted.
func (m *Model) onPicked(w want, tasks []task, may func(string) bool) thought {
	if len(tasks) == 0 {
		t := say(w, "All right, I leave everything as it is.")
		t.lacks = "name"
		return t
	}
	var calls []openai.Call
	for i := range tasks {
		w.task = &tasks[i]
		t := m.act(w, may)
		if len(t.Calls) == 0 {
			return t
		}
		calls = append(calls, t.Calls...)
	}
	return thought{Reply: openai.Reply{Calls: calls}, want: w}
}
