package rules

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"taskpilot/deploy/offlinemodel/openai"
)

// thought is what comes to mind: a reply, and what is still missing when the reply is a question.
type thought struct {
	openai.Reply
	want  want
	lacks string // "name" or "value"; empty when nothing was asked
}

// Respond answers a request. The calls it makes have no id yet.
func (m *Model) Respond(request openai.Request) openai.Reply {
	return m.think(request.Messages, request.MayCall).Reply
}

// think goes from the last thing that the person said: to the first call, from a look-up to the change, to the answer.
func (m *Model) think(messages []openai.Message, may func(string) bool) thought {
	at := lastSaid(messages)
	if at < 0 {
		return say(want{}, m.intents[0].say)
	}
	known := remember(messages[:at])
	words, files := saidIn(messages[at].Content)
	if len(files) > 0 && strings.TrimSpace(withoutNotes(words)) == "" {
		return say(want{}, seen(files))
	}
	w, ok := m.continued(messages[:at], words, known, may)
	if !ok && len(files) > 0 {
		return say(want{}, seen(files))
	}
	if !ok {
		return say(want{}, lost+m.abilities(may))
	}
	if w.intent.tool == "" {
		return say(w, strings.ReplaceAll(w.intent.say, "{abilities}", m.abilities(may)))
	}
	results := outcomes(messages[at:])
	switch {
	case len(results) == 0:
		return m.begin(w, known, may)
	case results[0].tool == askPerson && !results[0].failed:
		return m.onPicked(w, picked(remember(messages).listed, results[0].text), may)
	case results[0].tool == findTask && w.intent.onTask && len(results[0].listed) > 1 && may(askPerson):
		return choose(w, results[0].listed, fmt.Sprintf(whichFits, w.name), false)
	case results[0].tool == listTasks && w.intent.tool == deleteTask && !results[0].failed:
		return m.ofList(w, results[0], may)
	case results[0].tool == findTask && w.intent.onTask && !results[0].failed && results[0].task != nil:
		w.task = results[0].task
		return m.act(w, may)
	default:
		return conclude(w, results)
	}
}

// continued understands a message, also as the answer to what was asked before it.
func (m *Model) continued(before []openai.Message, text string, known memory, may func(string) bool) (want, bool) {
	text = withoutNotes(text)
	w, ok := m.understand(text, known)
	if ok {
		return w, true
	}
	for len(before) > 0 && before[len(before)-1].Role != openai.RoleUser && before[len(before)-1].Role != openai.RoleTool {
		before = before[:len(before)-1]
	}
	asked := m.think(before, may)
	words := unquote(m.bare(strings.TrimSpace(text)))
	switch w = asked.want; asked.lacks {
	case "value":
		w.value = words
		return w, true
	case "name":
		w.name = m.clean(m.lead.ReplaceAllString(words, ""), known)
		w.task = known.offered(w.name)
		if w.intent.tool == findTask {
			w.value = w.name
		}
		return w, true
	}
	return want{}, false
}

// withoutNotes takes away what the service itself says behind a person's words.
func withoutNotes(text string) string {
	words, _, _ := strings.Cut(text, "\n\n(Note from the system")
	return words
}

// begin makes the first call: the change itself when the task is known, else the look-up.
func (m *Model) begin(w want, known memory, may func(string) bool) thought {
	if w.intent.tool == deleteTask && w.task == nil && known.titled(w.name) == nil && m.every.MatchString(w.name) && may(askPerson) && may(listTasks) {
		return m.several(w, known, may)
	}
	if w.intent.onTask || w.intent.tool == findTask {
		if question := m.resolve(&w, known); question != "" {
			return thought{Reply: openai.Reply{Text: question}, want: w, lacks: "name"}
		}
	}
	if w.intent.ask != "" && w.value == "" {
		return thought{Reply: openai.Reply{Text: w.intent.ask}, want: w, lacks: "value"}
	}
	if w.intent.onTask && w.task == nil {
		return call(w, may, findTask, map[string]any{"name": w.name})
	}
	return m.act(w, may)
}

// resolve finds the task that "it" or "the second one" means. It gives a question where that is not known.
func (m *Model) resolve(w *want, known memory) (question string) {
	place := m.ordinal.FindStringSubmatch(w.name)
	switch {
	case w.task != nil || known.titled(w.name) != nil:
	case w.name == "" || m.refer.MatchString(w.name):
		if w.task = known.focus; w.task == nil {
			return whichTask
		}
	case place != nil && len(known.listed) > 0:
		n := slices.Index(places(), strings.ToLower(place[1]))
		if n < 0 {
			n, _ = strconv.Atoi(place[1])
		}
		if n == 0 {
			n = len(known.listed)
		}
		if n > len(known.listed) {
			return strings.ReplaceAll(tooFew, "{count}", strconv.Itoa(len(known.listed)))
		}
		w.task = &known.listed[n-1]
	case place != nil && strings.EqualFold(place[1], "last") && known.focus != nil:
		w.task = known.focus
	case place != nil:
		return noList
	case w.intent.onTask && m.every.MatchString(w.name):
		return oneByOne
	}
	if w.task != nil && w.intent.tool == findTask {
		w.value = w.task.Title
	}
	return ""
}

func places() []string {
	return []string{"last", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
}

// act calls the intent's own tool, once for each value.
func (m *Model) act(w want, may func(string) bool) thought {
	var all []map[string]any
	values := w.values
	if values == nil {
		values = []string{w.value}
	}
	for _, w.value = range values {
		arguments := w.intent.args(w)
		if w.intent.onTask {
			arguments["task_id"] = w.task.ID
		}
		all = append(all, arguments)
	}
	return call(w, may, w.intent.tool, all...)
}

// call makes calls of a tool, if it was offered.
func call(w want, may func(string) bool, tool string, arguments ...map[string]any) thought {
	if !may(tool) {
		return say(w, strings.ReplaceAll(notOffered, "{tool}", tool))
	}
	t := thought{want: w}
	for _, a := range arguments {
		var text strings.Builder
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(a) // strings, numbers and booleans: it cannot fail
		t.Calls = append(t.Calls, openai.NewCall("", tool, strings.TrimSpace(text.String())))
	}
	return t
}

func say(w want, text string) thought { return thought{Reply: openai.Reply{Text: text}, want: w} }

// newTask gives the arguments of add_task.
func newTask(w want) map[string]any {
	arguments := map[string]any{"title": capital(w.value)}
	if w.note != "" {
		arguments["description"] = unquote(w.note)
	}
	return arguments
}

func lastSaid(messages []openai.Message) int {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role == openai.RoleUser {
			return i
		}
	}
	return -1
}
