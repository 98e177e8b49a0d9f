package rules

import (
	"fmt"
	"strings"

	"taskpilot/deploy/offlinemodel/openai"
)

// What is said outside the table.
const (
	about = "I'm the offline model: no language model at all, but a table of rules that runs on this machine, without a key and without a network. {abilities}"
	lost  = "I'm not sure what you mean: I work by rules and know only certain phrasings. "

	whichTask       = "Which task do you mean?"
	noList          = "Which task do you mean? I have no list in front of me: say “show my tasks” first, or give me its name."
	tooFew          = "Which one do you mean? I see only {count} in the last list."
	nothingToDelete = "There is nothing to delete."
	oneByOne        = "I change one task at a time. Which one do you mean?"
	whichFits       = "Several tasks fit “%s”. Which one do you mean?"
	whichOnes       = "Which of these tasks shall I delete?"
	notOffered      = "I can't do that here: I was not given the tool {tool}."
)

// abilities says what can be done with the tools on offer.
func (m *Model) abilities(may func(string) bool) string {
	var lines []string
	for _, tool := range []string{addTask, listTasks, findTask, completeTask, updateTask, deleteTask} {
		for _, it := range m.intents {
			if it.tool == tool && it.example != "" && may(tool) && (!it.onTask || may(findTask)) {
				lines = append(lines, "\n- "+it.example)
			}
		}
	}
	if lines == nil {
		return "I was given no tools, so all I can do is chat a little."
	}
	return "You can say, for example:\n" + strings.Join(lines, "")
}

// conclude answers after the last call.
func conclude(w want, results []outcome) thought {
	var failures []string
	for _, o := range results {
		if o.failed && len(o.listed) > 0 {
			return thought{Reply: ask(w, o), want: w, lacks: "name"}
		}
		if o.failed {
			failures = append(failures, excuse(w, o))
		}
	}
	if failures != nil {
		return say(w, strings.Join(failures, "\n\n"))
	}
	o := results[0]
	switch {
	case o.tool == deleteTask && len(results) > 1:
		return say(w, fmt.Sprintf("%s off your list.", tasks(len(results), " is", " are")))
	case o.tool == listTasks:
		return say(w, counts(w.value, o))
	case o.task == nil:
		return say(w, "Done.")
	}
	state := "on your list, still open"
	if o.task.Completed {
		state = "on your list, and done"
	}
	if o.task.Description != "" && w.intent.tool == findTask {
		state += ": " + strings.TrimSuffix(o.task.Description, ".")
	}
	return say(w, strings.NewReplacer("{title}", o.task.Title, "{state}", state).Replace(w.intent.say))
}

// ask names the tasks that a name may mean.
func ask(w want, o outcome) openai.Reply {
	lines := []string{fmt.Sprintf("Several tasks fit “%s”:\n", w.name)}
	for i, t := range o.listed {
		line := fmt.Sprintf("%d. %s", i+1, t.Title)
		if t.Completed {
			line += " (done)"
		}
		lines = append(lines, line)
	}
	return openai.Reply{Text: strings.Join(append(lines, "\nWhich one do you mean?"), "\n")}
}

// excuse says what went wrong, in the tool's own words where it has some for people.
func excuse(w want, o outcome) string {
	switch {
	case o.code == "not_found" && o.tool == findTask:
		return fmt.Sprintf("I couldn't find a task called “%s”. Say “show my tasks” to see what is on your list.", w.name)
	case o.code == "not_found":
		return "That task is no longer on your list."
	case o.code == "invalid":
		return "I can't do that. " + o.message
	case o.message == "":
		return "That didn't work, and the tool didn't say why."
	}
	return "That didn't work. " + o.message
}

func counts(status string, o outcome) string {
	switch n := len(o.listed); {
	case n == 0 && status == "pending":
		return "Nothing is open. Well done!"
	case n == 0 && status == "completed":
		return "Nothing is done yet."
	case n == 0:
		return "Your list is empty. Tell me what to add!"
	case status == "pending":
		return fmt.Sprintf("%s still open.", tasks(max(n, o.pending), " is", " are"))
	case status == "completed":
		return fmt.Sprintf("%s done. Nice work!", tasks(max(n, o.completed), " is", " are"))
	case o.pending == 0:
		return fmt.Sprintf("You have %s, all done.", tasks(max(n, o.total), "", ""))
	case o.pending >= n:
		return fmt.Sprintf("You have %s, still open.", tasks(max(n, o.total), "", ""))
	default:
		return fmt.Sprintf("You have %s, %d of them open.", tasks(max(n, o.total), "", ""), o.pending)
	}
}

func tasks(n int, one, many string) string {
	if n == 1 {
		return "1 task" + one
	}
	return fmt.Sprintf("%d tasks%s", n, many)
}
