package present

import (
	"strconv"
	"strings"

	"taskpilot/adapter/chatkit"
)

// maxDescription is how much of a task's description a row shows, in characters.
const maxDescription = 160

// leastWords is how narrow a task's words may get, in pixels: where there is less room, on a phone, its buttons go below.
const leastWords = 140

// card shows a list of tasks: a heading with counts, a filter, a row for each task with its state and what can be done with
// it, a caption when there are none or more, and a form for a new one. Rows stand in the card itself: the client's types forbid a ListView there. Titles are in Text components,
// where no markup means anything. What a click sends names the record's revision.
func (w *Words) card(list listing, revision int64) Shown {
	heading := w.heading(list)
	children := []chatkit.Component{chatkit.Title{Value: heading, Size: "sm"}}
	if !w.still {
		children = append(children, w.filter(list.Filter, revision))
	}
	lines := []string{heading}
	if len(list.Tasks) > 0 {
		children = append(children, chatkit.Divider{})
	}
	for _, t := range list.Tasks {
		children = append(children, w.row(t, revision))
		lines = append(lines, box(t)+" "+plain(t.Title))
	}
	if caption := w.caption(list); caption != "" {
		children = append(children, chatkit.Caption{Value: caption})
		lines = append(lines, caption)
	}
	if !w.still {
		children = append(children, chatkit.Divider{}, w.form(revision))
	}
	return Shown{Widget: chatkit.Card{Size: "md", Children: children}, CopyText: strings.Join(lines, "\n")}
}

func (w *Words) heading(list listing) string {
	switch list.Filter {
	case "pending":
		return w.say(listOpen, *list.Pending)
	case "completed":
		return w.say(listDone, *list.Completed)
	default:
		return w.say(listAll, *list.Pending, *list.Completed)
	}
}

func (w *Words) row(t task, revision int64) chatkit.Row {
	icon := chatkit.Icon{Name: "empty-circle", Color: "secondary"}
	title := chatkit.Text{Value: plain(t.Title)}
	badge := chatkit.Badge{Label: w.say(badgeOpen), Color: "info", Size: "sm"}
	if *t.Completed {
		icon = chatkit.Icon{Name: "check-circle-filled", Color: "success"}
		title.LineThrough, title.Color = true, "secondary"
		badge = chatkit.Badge{Label: w.say(badgeDone), Color: "success", Size: "sm"}
	}
	words := chatkit.Col{Layout: chatkit.Layout{Flex: 1, MinWidth: leastWords, Children: []chatkit.Component{title}}}
	if t.Description != nil && plain(*t.Description) != "" {
		words.Children = append(words.Children, chatkit.Caption{Value: clipped(plain(*t.Description), maxDescription)})
	}
	return chatkit.Row{
		Mark:   chatkit.Mark{Key: "task-" + strconv.FormatInt(t.ID, 10)},
		Layout: chatkit.Layout{Align: "center", Gap: 2, Wrap: "wrap", Children: append([]chatkit.Component{icon, words, badge}, w.buttons(t, revision)...)},
	}
}

// caption says that there is nothing, or how many more there are.
func (w *Words) caption(list listing) string {
	if len(list.Tasks) == 0 {
		switch list.Filter {
		case "pending":
			return w.say(listNoOpen)
		case "completed":
			return w.say(listNoDone)
		default:
			return w.say(listEmpty)
		}
	}
	if !list.HasMore {
		return ""
	}
	if more := list.count() - len(list.Tasks); more > 0 {
		return w.say(listMore, more)
	}
	return w.say(listAnyMore)
}

// count is how many tasks the list would have without its limit.
func (l listing) count() int {
	switch l.Filter {
	case "pending":
		return *l.Pending
	case "completed":
		return *l.Completed
	default:
		return *l.Pending + *l.Completed
	}
}

func box(t task) string {
	if *t.Completed {
		return "☑"
	}
	return "☐"
}
