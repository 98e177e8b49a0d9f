package tools_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"taskpilot/toolserver/tasks"
)

func (l *law) find(t *rapid.T) {
	name := rapid.SampledFrom([]string{"milk", "MILK", "ada", "100%", "äPFEL", "a", "nothing"}).Draw(t, "name")
	var exact, within []int64
	for _, task := range slices.Backward(l.tasks) {
		title, wanted := strings.ToLower(task.Title), strings.ToLower(name)
		if title == wanted {
			exact = append(exact, task.ID)
		}
		if strings.Contains(title, wanted) {
			within = append(within, task.ID)
		}
	}
	if len(exact) > 0 {
		within = exact
	}
	r := l.send("find_task_by_name", object{"name": name}.JSON(), nil)
	var found tasks.Task
	var failed tasks.Failure
	_, _ = json.Unmarshal(r.Structured, &found), json.Unmarshal(r.Structured, &failed)
	switch {
	case len(within) == 1 && (r.Failed || found.ID != within[0]),
		len(within) == 0 && failed.Code != tasks.CodeNotFound,
		len(within) > 1 && (failed.Code != tasks.CodeAmbiguous || failed.Matches != len(within) ||
			failed.Candidates[0].ID != within[0] || len(failed.Candidates) != min(len(within), tasks.MaxCandidates)):
		t.Fatalf("%q means %v, but the answer was %s", name, within, r.Structured)
	}
}

// agree compares everything.
func (l *law) agree(t *rapid.T) {
	var list tasks.List
	l.decode(l.send("list_tasks", `{}`, nil), &list)
	completed := 0
	for i, task := range slices.Backward(l.tasks) {
		at := len(l.tasks) - 1 - i
		if at >= len(list.Tasks) || !same(list.Tasks[at], task) {
			t.Fatalf("the tasks are %+v, and should be (oldest first) %+v", list.Tasks, l.tasks)
		}
		if task.Completed {
			completed++
		}
	}
	if len(list.Tasks) != len(l.tasks) || list.Total != len(l.tasks) || list.Completed != completed ||
		list.Pending != len(l.tasks)-completed {
		t.Fatalf("the list is %+v, and should be %+v", list, l.tasks)
	}
}

// changed holds the reply about a task to what it should be now, and keeps that.
func (l *law) changed(at int, r reply, change func(*tasks.Task)) {
	if at < 0 {
		if !r.Failed || !strings.Contains(string(r.Structured), tasks.CodeNotFound) {
			l.t.Fatalf("a task that is not there was answered %s", r.Structured)
		}
		return
	}
	var task tasks.Task
	l.decode(r, &task)
	change(&l.tasks[at])
	if !same(task, l.tasks[at]) {
		l.t.Fatalf("the answer was %+v, and should be %+v", task, l.tasks[at])
	}
}

// same compares what the model knows: not when a task was last changed.
func same(a, b tasks.Task) bool {
	return a.ID == b.ID && a.Title == b.Title && a.Completed == b.Completed && a.CreatedAt.Equal(b.CreatedAt) &&
		fmt.Sprint(text(a.Description)) == fmt.Sprint(text(b.Description))
}

func text(p *string) string {
	if p == nil {
		return "(none)"
	}
	return *p
}
