package present

import (
	"strconv"

	"taskpilot/adapter/chatkit"
)

// filter is a button for each choice of tasks, the one that is shown filled.
func (w *Words) filter(shown string, revision int64) chatkit.Row {
	var buttons []chatkit.Component
	for _, choice := range []struct {
		status string
		label  key
	}{{allTasks, filterAll}, {openTasks, filterOpen}, {doneTasks, filterDone}} {
		variant := "ghost"
		if choice.status == shown {
			variant = "solid"
		}
		buttons = append(buttons, chatkit.Button{
			Mark: chatkit.Mark{Key: "filter-" + choice.status}, Label: w.say(choice.label), Variant: variant, Color: "secondary", Size: "sm", Pill: true,
			OnClickAction: click(showTasks, map[string]any{"status": choice.status}, revision),
		})
	}
	return chatkit.Row{Mark: chatkit.Mark{Key: "filter"}, Layout: chatkit.Layout{Gap: 1, Children: buttons}}
}

// buttons are what can be done with a task.
func (w *Words) buttons(t task, revision int64) []chatkit.Component {
	if w.still || t.ID < 1 {
		return nil // nothing could be sent that names it
	}
	label, icon := w.say(doComplete), "check"
	if *t.Completed {
		label, icon = w.say(doReopen), "reload"
	}
	button := func(b chatkit.Button) chatkit.Button {
		b.Variant, b.Color, b.Size = "ghost", "secondary", "sm"
		return b
	}
	return []chatkit.Component{
		button(chatkit.Button{
			Label: label, IconStart: icon,
			OnClickAction: click(turnTask, map[string]any{"task_id": t.ID, "completed": !*t.Completed}, revision),
		}),
		button(chatkit.Button{
			Label: w.say(doDelete), OnClickAction: click(dropTask, map[string]any{"task_id": t.ID}, revision),
		}),
	}
}

// form adds a task. Its key changes with the revision: what was typed goes when it was added.
func (w *Words) form(revision int64) chatkit.Form {
	at := strconv.FormatInt(revision, 10)
	return chatkit.Form{
		Mark: chatkit.Mark{Key: "add-" + at}, Direction: "row", OnSubmitAction: click(newTaskNamed, nil, revision),
		Layout: chatkit.Layout{Gap: 2, Align: "center", Children: []chatkit.Component{
			chatkit.Col{Layout: chatkit.Layout{Flex: 1, Children: []chatkit.Component{
				chatkit.Input{Mark: chatkit.Mark{Key: "title-" + at}, Name: "title", Placeholder: w.say(newTask), Required: true},
			}}},
			chatkit.Button{Submit: true, Label: w.say(doAdd), IconStart: "plus", Style: "primary", Size: "sm"},
		}},
	}
}

// click is what a control sends: an action that is answered at once, also while an answer is being written. It names the
// revision of the record that was shown, so that a double click on the same state is one action.
func click(kind string, payload map[string]any, revision int64) *chatkit.ActionConfig {
	sent := map[string]any{"revision": revision}
	for name, value := range payload {
		sent[name] = value
	}
	streaming := false
	return &chatkit.ActionConfig{Type: kind, Payload: sent, LoadingBehavior: "container", Streaming: &streaming}
}
