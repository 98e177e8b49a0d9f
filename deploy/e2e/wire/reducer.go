package wire

import "fmt"

// Thread is a thread as a page holds it: what its streams, folded one after the other, make of it.
type Thread struct {
	Meta  Object   // the thread object, newest
	Items []Object // in order
}

// Fold applies a stream's events. Events that are no items (progress, notices, effects, errors, stream options) change
// nothing.
func (t *Thread) Fold(events []Object) error {
	for i, event := range events {
		if err := t.apply(event); err != nil {
			return fmt.Errorf("event %d (%v): %w", i, event["type"], err)
		}
	}
	return nil
}

// FoldAnswer applies the answer to a sync action: the item that it updated, or one that it made.
func (t *Thread) FoldAnswer(answer Object) {
	if item, ok := answer["updated_item"].(Object); ok {
		t.put(item)
	}
}

func (t *Thread) apply(event Object) error {
	switch event["type"] {
	case "thread.created", "thread.updated":
		t.Meta = event["thread"].(Object)
	case "thread.item.added", "thread.item.done", "thread.item.replaced":
		t.put(event["item"].(Object))
	case "thread.item.removed":
		return t.remove(event["item_id"])
	case "thread.item.updated":
		item := t.find(event["item_id"])
		if item == nil {
			return fmt.Errorf("there is no item %v", event["item_id"])
		}
		return update(item, event["update"].(Object))
	case "progress_update", "stream_options", "client_effect", "notice", "error":
	default:
		return fmt.Errorf("no ChatKit event")
	}
	return nil
}

func (t *Thread) find(id any) Object {
	for _, item := range t.Items {
		if item["id"] == id {
			return item
		}
	}
	return nil
}

func (t *Thread) put(item Object) {
	for i := range t.Items {
		if t.Items[i]["id"] == item["id"] {
			t.Items[i] = item
			return
		}
	}
	t.Items = append(t.Items, item)
}

func (t *Thread) remove(id any) error {
	for i := range t.Items {
		if t.Items[i]["id"] == id {
			t.Items = append(t.Items[:i], t.Items[i+1:]...)
			return nil
		}
	}
	return fmt.Errorf("there is no item %v", id)
}

// update applies an update to an assistant's message, the only item that grows so far.
func update(item, change Object) error {
	content, _ := item["content"].([]any)
	index := 0
	if n, ok := change["content_index"].(float64); ok {
		index = int(n)
	}
	switch change["type"] {
	case "assistant_message.content_part.added":
		if index != len(content) {
			return fmt.Errorf("part %d was added to %d parts", index, len(content))
		}
		item["content"] = append(content, change["content"])
		return nil
	case "assistant_message.content_part.text_delta", "assistant_message.content_part.annotation_added", "assistant_message.content_part.done":
		if index >= len(content) {
			return fmt.Errorf("there is no part %d", index)
		}
		if change["type"] == "assistant_message.content_part.done" {
			content[index] = change["content"]
			return nil
		}
		part := content[index].(Object)
		if change["type"] == "assistant_message.content_part.annotation_added" {
			part["annotations"] = append(part["annotations"].([]any), change["annotation"])
			return nil
		}
		part["text"] = part["text"].(string) + change["delta"].(string)
		return nil
	default:
		return fmt.Errorf("an unknown update %v", change["type"])
	}
}
