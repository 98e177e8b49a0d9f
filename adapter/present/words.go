package present

import (
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"taskpilot/chatcore/api"
)

// Words says things in one language. It keeps nothing and may be used by many at once.
type Words struct {
	tag     language.Tag
	printer *message.Printer
	known   map[key]bool
	still   bool // nothing that is shown can be clicked
	custom  Custom
}

// Language is the language's tag, such as de.
func (w *Words) Language() string { return w.tag.String() }

func (w *Words) say(k key, values ...any) string { return w.printer.Sprintf(string(k), values...) }

// Sentence gives the words of a sentence that chatcore said itself: code names it and stored is what is stored, in
// English, which is also what is said of a code that is not known here.
func (w *Words) Sentence(code, stored string) string { return w.coded("said."+key(code), stored) }

// Problem does the same for the detail of a refusal.
func (w *Words) Problem(code, detail string) string { return w.coded("problem."+key(code), detail) }

func (w *Words) coded(k key, otherwise string) string {
	if !w.known[k] {
		return otherwise
	}
	return w.say(k)
}

// Working says that an answer is being worked on, and after a while that it takes long.
func (w *Words) Working(elapsed time.Duration) (text, icon string) {
	switch {
	case elapsed >= 45*time.Second:
		return w.say(workingOn), "clock"
	case elapsed >= 10*time.Second:
		return w.say(workingLong), "clock"
	default:
		return w.say(working), "sparkle"
	}
}

// RetryPossible follows a failure that was told already and may pass.
func (w *Words) RetryPossible() string { return w.say(retryPossible) }

// ThreadGone says that a thread is not there, or not this person's.
func (w *Words) ThreadGone() string { return w.say(threadGone) }

// ItemGone says that there is no such message to answer again.
func (w *Words) ItemGone() string { return w.say(itemGone) }

// ClickGone says that what was clicked in is not there.
func (w *Words) ClickGone() string { return w.say(clickGone) }

// ClickBusy says that another action must end first.
func (w *Words) ClickBusy() string { return w.say(clickBusy) }

// Failed words a call that did not work.
func (w *Words) Failed(record api.ToolCall) string { return w.failed(record) }

// TurnAtWork says that an answer is still being written.
func (w *Words) TurnAtWork() string { return w.say(turnAtWork) }

// ThreadLocked says that nothing can be added for now, and why, in the words of whoever locked it.
func (w *Words) ThreadLocked(why string) string { return w.inactive(threadLocked, why) }

// ThreadClosed says that nothing can be added any more, and why.
func (w *Words) ThreadClosed(why string) string { return w.inactive(threadClosed, why) }

func (w *Words) inactive(k key, why string) string {
	if why = plain(why); why == "" {
		return w.say(k)
	}
	return w.say(k) + " " + w.say(threadReason, why)
}

// Refused says that a message was not taken, and why, in chatcore's words.
func (w *Words) Refused(why string) string { return strings.TrimSpace(w.say(refused, why)) }

// TooLong says that a message was not taken, and how many characters it may have.
func (w *Words) TooLong(limit int) string { return w.say(tooLong, limit) }

// TooMany says to wait.
func (w *Words) TooMany() string { return w.say(tooMany) }

// Away says that chatcore can't be reached and nothing was accepted.
func (w *Words) Away() string { return w.say(away) }

// Cut says that a stream broke while the turn goes on.
func (w *Words) Cut() string { return w.say(cut) }

// GoingDown says the same when the adapter itself goes.
func (w *Words) GoingDown() string { return w.say(goingDown) }

// SignInAgain says that the session or token is not good any more.
func (w *Words) SignInAgain() string { return w.say(signInAgain) }

// Internal says that something went wrong here.
func (w *Words) Internal() string { return w.say(internalError) }

// Unsupported names a request that cannot be answered yet.
func (w *Words) Unsupported(request string) string { return w.say(unsupported, request) }

// NoTranscription says that recordings are not taken here.
func (w *Words) NoTranscription() string { return w.say(noTranscript) }

// NoSpeech says that a recording is none that can be read.
func (w *Words) NoSpeech() string { return w.say(noSpeech) }

// TranscriptionSlow says that no text came in time.
func (w *Words) TranscriptionSlow() string { return w.say(slowSpeech) }

// NotTranscribed says that whoever turns recordings into text did not.
func (w *Words) NotTranscribed() string { return w.say(notHeard) }

// UnknownModel says that the model that was chosen is not on offer.
func (w *Words) UnknownModel() string { return w.say(unknownModel) }

// UnknownTool says that the tool that was chosen is not on offer.
func (w *Words) UnknownTool() string { return w.say(noSuchTool) }

// QuestionClosed says that nobody waits for an answer to that any more.
func (w *Words) QuestionClosed() string { return w.say(questionClosed) }

// AnsweredBefore says that a question has its answer.
func (w *Words) AnsweredBefore() string { return w.say(answeredBefore) }

// NothingPending says that no tool of the page's is waited for.
func (w *Words) NothingPending() string { return w.say(nothingPending) }

// NoAnswer words what is wrong with answers, by chatcore's code; ok is false for other codes.
func (w *Words) NoAnswer(code string) (words string, ok bool) {
	k, ok := map[string]key{
		"unknown_question": unknownQuestion, "answer_missing": answerMissing, "not_an_option": noOption,
		"one_value_only": oneValueOnly, "input_too_large": inputTooLarge,
	}[code]
	if !ok {
		return "", false
	}
	return w.say(k), true
}
