package present

import (
	"encoding/json"

	"taskpilot/chatcore/api"
)

// Confirmation words the question whether a call may be made, and its two answers. It is text, no Markdown.
func (w *Words) Confirmation(about api.Confirms) (question, yes, no string) {
	return w.mayI(about), w.say(confirmYes), w.say(confirmNo)
}

// mayI has words of its own for what it knows; else the tool's own, which are English; else the call's name and arguments.
func (w *Words) mayI(about api.Confirms) string {
	var t task
	if about.Tool == deleteTask && json.Unmarshal(about.Preview, &t) == nil && t.whole() {
		return w.say(confirmDelete, plain(t.Title))
	}
	if asked := plain(about.Question); asked != "" {
		return clipped(asked, maxQuestion)
	}
	return w.say(confirmOther, clipped(plain(about.Tool), maxToolName), clipped(plain(string(about.Parameters)), maxQuestion))
}

// How much of a stranger's text a question has, in characters.
const (
	maxQuestion = 500
	maxToolName = 60
)

// Meant is chatcore's word for an answer to such a question, in whatever language it was shown; any other text stays.
func (l *Languages) Meant(answer string) string {
	for _, words := range l.words {
		switch answer {
		case words.say(confirmYes):
			return api.ConfirmYes
		case words.say(confirmNo):
			return api.ConfirmNo
		}
	}
	return answer
}
