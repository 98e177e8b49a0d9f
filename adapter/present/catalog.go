package present

import (
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/message/catalog"

	"taskpilot/chatcore/api"
)

// key names one thing that can be said.
type key string

const (
	taskCreated   key = "task.created"
	taskCompleted key = "task.completed"
	taskReopened  key = "task.reopened"
	taskUpdated   key = "task.updated"
	taskUnchanged key = "task.unchanged"
	taskDeleted   key = "task.deleted"
	taskFound     key = "task.found"
	taskFoundDone key = "task.found_done"
	newTitle      key = "changed.title"
	newText       key = "changed.description"
	noText        key = "changed.no_description"

	listAll     key = "list.all"
	listOpen    key = "list.open"
	listDone    key = "list.done"
	listEmpty   key = "list.empty"
	listNoOpen  key = "list.empty_open"
	listNoDone  key = "list.empty_done"
	listMore    key = "list.more"
	listAnyMore key = "list.any_more"
	filterAll   key = "filter.all"
	filterOpen  key = "filter.open"
	filterDone  key = "filter.done"
	doComplete  key = "do.complete"
	doReopen    key = "do.reopen"
	doDelete    key = "do.delete"
	doAdd       key = "do.add"
	newTask     key = "do.new_task"
	badgeOpen   key = "badge.open"
	badgeDone   key = "badge.done"

	notThere        key = "failed.not_found"
	notThereNamed   key = "failed.not_found_named"
	ambiguous       key = "failed.ambiguous"
	ambiguousMore   key = "failed.ambiguous_more"
	ambiguousBare   key = "failed.ambiguous_bare"
	titleLength     key = "failed.title_length"
	textLength      key = "failed.description_length"
	otherLength     key = "failed.length"
	invalid         key = "failed.invalid"
	nothingToChange key = "failed.nothing_to_change"
	unknownTool     key = "failed.unknown_tool"
	badArguments    key = "failed.invalid_arguments"
	unreachable     key = "failed.tool_unreachable"
	timeout         key = "failed.tool_timeout"
	skipped         key = "failed.skipped"
	failedOther     key = "failed.other"
	toolDone        key = "tool.done"
	toolUsed        key = "tool.used"
	toolTook        key = "tool.took"
	quoted          key = "quoted"

	doingAdd      key = "doing.add_task"
	doingList     key = "doing.list_tasks"
	doingFind     key = "doing.find_task_by_name"
	doingComplete key = "doing.complete_task"
	doingReopen   key = "doing.reopen_task"
	doingUpdate   key = "doing.update_task"
	doingDelete   key = "doing.delete_task"
	doingOther    key = "doing.other"
	working       key = "working.now"
	workingLong   key = "working.long"
	workingOn     key = "working.very_long"

	retryPossible key = "error.retry_possible"
	threadGone    key = "error.thread_gone"

	questionClosed  key = "error.question_closed"
	answeredBefore  key = "error.answered_before"
	nothingPending  key = "error.nothing_pending"
	unknownQuestion key = "error.unknown_question"
	answerMissing   key = "error.answer_missing"
	noOption        key = "error.not_an_option"
	oneValueOnly    key = "error.one_value_only"
	inputTooLarge   key = "error.input_too_large"

	confirmYes    key = "confirm.yes"
	confirmNo     key = "confirm.no"
	confirmDelete key = "confirm.delete_task"
	confirmOther  key = "confirm.other"

	itemGone      key = "error.item_gone"
	clickGone     key = "error.click_gone"
	clickBusy     key = "error.click_busy"
	turnAtWork    key = "error.turn_at_work"
	threadLocked  key = "error.thread_locked"
	threadClosed  key = "error.thread_closed"
	threadReason  key = "error.thread_reason"
	refused       key = "error.refused"
	tooLong       key = "error.too_long"
	tooMany       key = "error.too_many"
	away          key = "error.away"
	cut           key = "error.cut"
	goingDown     key = "error.going_down"
	signInAgain   key = "error.sign_in_again"
	internalError key = "error.internal"
	unsupported   key = "error.not_supported"
	noTranscript  key = "error.no_transcription"
	noSpeech      key = "error.no_audio"
	slowSpeech    key = "error.transcription_timeout"
	notHeard      key = "error.transcription_failed"
	unknownModel  key = "error.unknown_model"
	noSuchTool    key = "error.unknown_tool_choice"
)

// english is complete: every other language falls back to it. A word more needs a line here and one in german.go.
func english() map[key]catalog.Message {
	return map[key]catalog.Message{
		taskCreated:   catalog.String("✓ Task created: %[1]s"),
		taskCompleted: catalog.String("✓ Task completed: %[1]s"),
		taskReopened:  catalog.String("↺ Task reopened: %[1]s"),
		taskUpdated:   catalog.String("✓ Task updated: %[1]s"),
		taskUnchanged: catalog.String("✓ Task left as it was: %[1]s"),
		taskDeleted:   catalog.String("✓ Task deleted: %[1]s"),
		taskFound:     catalog.String("Found: %[1]s (open)"),
		taskFoundDone: catalog.String("Found: %[1]s (done)"),
		newTitle:      catalog.String("new title"),
		newText:       catalog.String("new description"),
		noText:        catalog.String("description cleared"),

		listAll:     catalog.String("Your tasks: %[1]d open, %[2]d done"),
		listOpen:    catalog.String("Open tasks: %[1]d"),
		listDone:    catalog.String("Completed tasks: %[1]d"),
		listEmpty:   catalog.String("Nothing here yet."),
		listNoOpen:  catalog.String("Nothing here: no open tasks."),
		listNoDone:  catalog.String("Nothing here: no completed tasks."),
		listMore:    catalog.String("%[1]d more"),
		listAnyMore: catalog.String("There are more."),
		filterAll:   catalog.String("All"),
		filterOpen:  catalog.String("Open"),
		filterDone:  catalog.String("Done"),
		doComplete:  catalog.String("Complete"),
		doReopen:    catalog.String("Reopen"),
		doDelete:    catalog.String("Delete"),
		doAdd:       catalog.String("Add"),
		newTask:     catalog.String("Add a task"),
		badgeOpen:   catalog.String("Open"),
		badgeDone:   catalog.String("Done"),

		notThere:        catalog.String("I couldn't find that task. It may have been deleted."),
		notThereNamed:   catalog.String("I couldn't find a task called “%[1]s”."),
		ambiguous:       catalog.String("Several tasks match “%[1]s”: %[2]s. Which one do you mean?"),
		ambiguousMore:   plural.Selectf(3, "", plural.One, "Several tasks match “%[1]s”: %[2]s and one more. Which one do you mean?", plural.Other, "Several tasks match “%[1]s”: %[2]s and %[3]d more. Which one do you mean?"),
		ambiguousBare:   catalog.String("Several tasks match. Which one do you mean?"),
		titleLength:     catalog.String("That title doesn't fit: it needs 1 to %[1]d characters. Nothing was changed."),
		textLength:      catalog.String("That description doesn't fit: it can have at most %[1]d characters. Nothing was changed."),
		otherLength:     catalog.String("That doesn't fit: at most %[1]d characters are allowed. Nothing was changed."),
		invalid:         catalog.String("That didn't work: something in the request wasn't right. Nothing was changed."),
		nothingToChange: catalog.String("There was nothing to change."),
		unknownTool:     catalog.String("I tried to use a tool that doesn't exist (%[1]s). Nothing was changed."),
		badArguments:    catalog.String("I made a mistake while trying to do that. Nothing was changed."),
		unreachable:     catalog.String("Your tasks can't be reached right now. Please look at your list before you try again."),
		timeout:         catalog.String("That took too long. Please look at your list before you try again."),
		skipped:         catalog.String("This was not done: the answer ended before it."),
		failedOther:     catalog.String("That didn't work (%[1]s). Please try again."),
		toolDone:        catalog.String("✓ Done: %[1]s"),
		toolUsed:        catalog.String("Used %[1]s"),
		toolTook:        catalog.String("Used %[1]s (%.1[2]f s)"),

		doingAdd:      catalog.String("Adding the task…"),
		doingList:     catalog.String("Looking through your tasks…"),
		doingFind:     catalog.String("Looking for the task…"),
		doingComplete: catalog.String("Completing the task…"),
		doingReopen:   catalog.String("Reopening the task…"),
		doingUpdate:   catalog.String("Updating the task…"),
		doingDelete:   catalog.String("Deleting the task…"),
		doingOther:    catalog.String("Working: %[1]s…"),
		working:       catalog.String("Working on it…"),
		workingLong:   catalog.String("Still working on it…"),
		workingOn:     catalog.String("This takes longer than usual. The answer is kept, even if you leave this page."),

		retryPossible: catalog.String("You can try again."),
		threadGone:    catalog.String("This conversation isn't there any more. Please start a new one."),

		questionClosed:  catalog.String("This question isn't open any more. Nothing was changed."),
		answeredBefore:  catalog.String("This question was answered already. Nothing was changed."),
		nothingPending:  catalog.String("Nothing here waits for what your page sent. Nothing was changed."),
		unknownQuestion: catalog.String("There is an answer to a question that wasn't asked. Please answer again."),
		answerMissing:   catalog.String("Please answer each question, or skip it."),
		noOption:        catalog.String("Please choose among the options."),
		oneValueOnly:    catalog.String("Please give only one answer to each question that doesn't take several."),
		inputTooLarge:   catalog.String("That is too long. Please make it shorter."),

		confirmYes:    catalog.String(api.ConfirmYes),
		confirmNo:     catalog.String(api.ConfirmNo),
		confirmDelete: catalog.String("Delete the task “%[1]s”?"),
		confirmOther:  catalog.String("May I do this: %[1]s %[2]s?"),

		itemGone:      catalog.String("This message can't be answered again: it isn't there any more, or it isn't yours."),
		clickGone:     catalog.String("That isn't there any more. Please reload the conversation."),
		clickBusy:     catalog.String("Something else is being done there right now. Please try again in a moment."),
		turnAtWork:    catalog.String("I'm still working on your last message. Please wait for the answer."),
		threadLocked:  catalog.String("This conversation is locked: nothing can be added or changed."),
		threadClosed:  catalog.String("This conversation is closed. Please start a new one."),
		threadReason:  catalog.String("Reason: %[1]s"),
		refused:       catalog.String("That message could not be accepted. %[1]s"),
		tooLong:       catalog.String("That message is too long: it can have at most %[1]d characters. Nothing was sent."),
		tooMany:       catalog.String("That was too much at once. Please wait a moment and try again."),
		away:          catalog.String("The assistant can't be reached right now. Please try again in a moment."),
		cut:           catalog.String("The connection to the assistant broke. The answer may still come: reload in a moment to see it."),
		goingDown:     catalog.String("The service is restarting. The answer may still come: reload in a moment to see it."),
		signInAgain:   catalog.String("You are not signed in any more. Please sign in again."),
		internalError: catalog.String("Something went wrong on our side. Please try again."),
		unsupported:   catalog.String("%[1]s is not supported yet."),
		noTranscript:  catalog.String("Speech can't be turned into text here. Please type your message."),
		noSpeech:      catalog.String("That recording could not be understood. Please record it again, or type your message."),
		slowSpeech:    catalog.String("Turning your recording into text took too long. Please try a shorter one, or type your message."),
		notHeard:      catalog.String("Your recording can't be turned into text right now. Please try again in a moment, or type your message."),
		unknownModel:  catalog.String("That model isn't available here. Please choose another one. Nothing was sent."),
		noSuchTool:    catalog.String("That tool isn't available here. Please choose another one. Nothing was sent."),

		quoted: catalog.String("“%[1]s”"),
	}
}
