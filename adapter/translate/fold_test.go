package translate_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"taskpilot/adapter/chatkit"
)

// thread is what a page knows after reading a stream. It reads the wire and knows nothing of translate, like a page.
type thread struct {
	order  []string
	items  map[string]map[string]any
	final  map[string]bool
	errors []map[string]any
	seen   []string // the types of the events, in order
	lax    bool     // items may come that are there: they are taken as they come
}

func newThread() *thread {
	return &thread{items: map[string]map[string]any{}, final: map[string]bool{}}
}

// read folds one event into the thread. What a page could make no sense of is an error.
func (t *thread) read(event chatkit.Event) error {
	encoded, err := chatkit.Marshal(event)
	if err != nil {
		return err
	}
	var e map[string]any
	if err := json.Unmarshal(encoded, &e); err != nil {
		return err
	}
	t.seen = append(t.seen, e["type"].(string))
	switch e["type"] {
	case "thread.item.added":
		return t.put(e["item"].(map[string]any), false, false)
	case "thread.item.done":
		return t.put(e["item"].(map[string]any), true, false)
	case "thread.item.replaced":
		return t.put(e["item"].(map[string]any), true, true)
	case "thread.item.updated":
		return t.update(e["item_id"].(string), e["update"].(map[string]any))
	case "thread.item.removed":
		return t.remove(e["item_id"].(string))
	case "error":
		t.errors = append(t.errors, e)
	}
	return nil
}

func (t *thread) put(item map[string]any, final, replaces bool) error {
	id := item["id"].(string)
	_, known := t.items[id]
	switch {
	case t.lax && known:
	case replaces && !t.final[id]:
		return fmt.Errorf("%s was replaced before it was done", id)
	case !replaces && t.final[id]:
		return fmt.Errorf("%s came a second time", id)
	case !known:
		t.order = append(t.order, id)
	case !replaces && final:
		// a text that streamed must have been whole before it was done
		if fmt.Sprint(t.items[id]) != fmt.Sprint(item) {
			return fmt.Errorf("%s streamed as %v and was done as %v", id, t.items[id], item)
		}
	}
	t.items[id], t.final[id] = item, final
	return nil
}

func (t *thread) update(id string, update map[string]any) error {
	item, known := t.items[id]
	if !known || t.final[id] {
		return fmt.Errorf("%s was updated and is not open", id)
	}
	content := item["content"].([]any)
	index := int(update["content_index"].(float64))
	switch update["type"] {
	case "assistant_message.content_part.added":
		if index != len(content) {
			return fmt.Errorf("part %d was added to %d", index, len(content))
		}
		item["content"] = append(content, update["content"])
	case "assistant_message.content_part.text_delta":
		part := content[index].(map[string]any)
		part["text"] = part["text"].(string) + update["delta"].(string)
	case "assistant_message.content_part.annotation_added":
		part := content[index].(map[string]any)
		part["annotations"] = append(part["annotations"].([]any), update["annotation"])
	case "assistant_message.content_part.done":
		if fmt.Sprint(content[index]) != fmt.Sprint(update["content"]) {
			return fmt.Errorf("a part streamed as %v and was done as %v", content[index], update["content"])
		}
	default:
		return fmt.Errorf("unexpected update %v", update["type"])
	}
	return nil
}

func (t *thread) remove(id string) error {
	if _, known := t.items[id]; !known && !t.lax {
		return fmt.Errorf("%s was removed and is not there", id)
	}
	delete(t.items, id)
	delete(t.final, id)
	t.order = slices.DeleteFunc(t.order, func(other string) bool { return other == id })
	return nil
}

// list is the thread's items in their order. All of them must be final.
func (t *thread) list() ([]any, error) {
	items := make([]any, 0, len(t.order))
	for _, id := range t.order {
		if !t.final[id] {
			return nil, fmt.Errorf("%s was never done", id)
		}
		items = append(items, any(t.items[id]))
	}
	return items, nil
}
