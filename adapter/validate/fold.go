package validate

import (
	"fmt"
	"reflect"
	"strings"
)

// updated takes an update of an item.
func (s *story) updated(id string, update object, report reporter) {
	kind := text(update, "type")
	if id == "" || update == nil {
		return
	}
	known := s.items[id]
	switch {
	case known == nil || known.item == nil && known.gone:
		if s.mustKnow(kind) {
			report.note("item_id", "%s was not added: `thread.item.added` comes before its updates", quoted(id))
		}
		return
	case known.done:
		report.note("item_id", "%s is done: a newer state of it is a `thread.item.replaced`", quoted(id))
		return
	}
	if of := updates[prefix(kind)]; of != "" && of != text(known.item, "type") {
		report.note("update.type", "`%s` is for a `%s`, but %s is `%s`", kind, of, quoted(id), text(known.item, "type"))
		return
	}
	if known.spoilt {
		return
	}
	if problem := apply(known.item, kind, update); problem != "" {
		known.spoilt = true
		report.note("update", "%s", problem)
	}
}

// updates says which items the updates are for, by the beginning of their type.
var updates = map[string]string{
	"assistant_message": "assistant_message", "widget": "widget", "workflow": "workflow", "generated_image": "generated_image",
}

func prefix(kind string) string {
	before, _, _ := strings.Cut(kind, ".")
	return before
}

// mustKnow says that an update's item has to be of this stream. In a thread that was there before, widgets and workflows of
// earlier streams may go on.
func (s *story) mustKnow(kind string) bool {
	if s.options.Follow {
		return false
	}
	return s.isNew() || prefix(kind) != "widget" && prefix(kind) != "workflow"
}

// apply makes an update to an item and says what keeps it from that. Updates that are broken in themselves change nothing.
func apply(item object, kind string, update object) (problem string) {
	switch kind {
	case "assistant_message.content_part.added", "assistant_message.content_part.done",
		"assistant_message.content_part.text_delta", "assistant_message.content_part.annotation_added":
		return applyToPart(item, kind, update)
	case "widget.root.updated":
		if widget := member(update, "widget"); widget != nil {
			item["widget"] = widget
		}
	case "widget.component.updated", "widget.streaming_text.value_delta":
		return applyToComponent(item, kind, update)
	case "workflow.task.added", "workflow.task.updated":
		return applyToTask(item, kind, update)
	case "generated_image.updated":
		if image := member(update, "image"); image != nil {
			item["image"] = image
		}
	}
	return ""
}

func applyToPart(item object, kind string, update object) string {
	n, ok := index(update, "content_index")
	if !ok {
		return ""
	}
	parts := elements(item, "content")
	if kind == "assistant_message.content_part.added" {
		if n != len(parts) {
			return fmt.Sprintf("part %d is added to a message of %s", n, many(len(parts), "part"))
		}
		item["content"] = append(parts, copied(update["content"]))
		return ""
	}
	if n >= len(parts) {
		return fmt.Sprintf("there is no part %d yet: `assistant_message.content_part.added` comes first", n)
	}
	part, _ := parts[n].(object)
	switch kind {
	case "assistant_message.content_part.done":
		return partDone(parts, n, update)
	case "assistant_message.content_part.text_delta":
		if part != nil {
			part["text"] = text(part, "text") + text(update, "delta")
		}
	case "assistant_message.content_part.annotation_added":
		have := len(elements(part, "annotations"))
		if at, ok := index(update, "annotation_index"); ok && at != have {
			return fmt.Sprintf("annotation %d is added to a part with %s", at, many(have, "annotation"))
		}
		if part != nil {
			part["annotations"] = append(elements(part, "annotations"), update["annotation"])
		}
	}
	return ""
}

// partDone takes the whole part, whose text must be what was streamed.
func partDone(parts []any, n int, update object) (problem string) {
	streamed, whole := text(objectAt(parts, n), "text"), text(member(update, "content"), "text")
	if streamed != whole {
		problem = fmt.Sprintf("the deltas of part %d add up to %s, but the part that is done says %s", n, quoted(streamed), quoted(whole))
	}
	parts[n] = copied(update["content"])
	return problem
}

func applyToTask(item object, kind string, update object) string {
	workflow := member(item, "workflow")
	n, ok := index(update, "task_index")
	if workflow == nil || !ok {
		return ""
	}
	tasks := elements(workflow, "tasks")
	switch {
	case kind == "workflow.task.added" && n > len(tasks):
		return fmt.Sprintf("task %d is added to a workflow of %s", n, many(len(tasks), "task"))
	case kind == "workflow.task.added" && n == len(tasks):
		workflow["tasks"] = append(tasks, update["task"])
	case n >= len(tasks):
		return fmt.Sprintf("there is no task %d in a workflow of %s", n, many(len(tasks), "task"))
	default:
		tasks[n] = update["task"]
	}
	return ""
}

func objectAt(list []any, n int) object {
	o, _ := list[n].(object)
	return o
}

// copied copies an object one level deep, so that what is streamed into it later changes no event.
func copied(value any) any {
	o, ok := value.(object)
	if !ok {
		return value
	}
	c := make(object, len(o))
	for name, member := range o {
		c[name] = member
	}
	return c
}

// compare holds a done item to what was streamed of it.
func (t *telling) compare(done object, report reporter) {
	if t.spoilt {
		return
	}
	switch text(done, "type") {
	case "assistant_message":
		t.compareParts(done, report)
	case "workflow":
		streamed, stored := elements(member(t.item, "workflow"), "tasks"), elements(member(done, "workflow"), "tasks")
		if len(streamed) != len(stored) || len(stored) > 0 && !reflect.DeepEqual(streamed, stored) {
			report.that("item.workflow.tasks", "are others than those that were streamed: a page that watched has other tasks than one that reloads")
		}
	case "widget":
		if !reflect.DeepEqual(t.item["widget"], done["widget"]) {
			report.that("item.widget", "is another than what the updates add up to: a page that watched shows another widget than one that reloads")
		}
	}
}

func (t *telling) compareParts(done object, report reporter) {
	streamed, stored := elements(t.item, "content"), elements(done, "content")
	if len(streamed) != len(stored) {
		report.that("item.content", "has %s, but %d were streamed", many(len(stored), "part"), len(streamed))
		return
	}
	for n := range stored {
		was, is := objectAt(streamed, n), objectAt(stored, n)
		if text(was, "text") != text(is, "text") {
			report.that(nth("item.content", n)+".text", "is %s, but what was streamed adds up to %s", quoted(text(is, "text")), quoted(text(was, "text")))
		}
		if !reflect.DeepEqual(list(was, "annotations"), list(is, "annotations")) {
			report.that(nth("item.content", n)+".annotations", "are others than those that were streamed")
		}
	}
}

// list is a member that is a list; an empty one when it is missing.
func list(o object, name string) []any { return append([]any{}, elements(o, name)...) }

// doneUnannounced finds an item of a type that came done and was not added.
func (s *story) doneUnannounced(kind string) string {
	best := ""
	for id, known := range s.items {
		if known.done && !known.gone && !known.announced && text(known.item, "type") == kind && (best == "" || id < best) {
			best = id
		}
	}
	return best
}
