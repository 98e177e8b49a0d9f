package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// fakeTurn is one turn at work: what a script sends its events with.
type fakeTurn struct {
	fake    *fake
	context context.Context // ends when the page's connection does
	thread  *fakeThread
	write   func([]byte)
}

func (f *fake) stream(w http.ResponseWriter, r *http.Request, user, kind string, params object) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache, no-transform")
	controller := http.NewResponseController(w)
	turn := &fakeTurn{fake: f, context: r.Context(), write: func(frame []byte) {
		_, _ = w.Write(frame)
		_ = controller.Flush()
	}}
	_ = controller.Flush()
	if kind == "" {
		turn.thread = f.threads[params["thread_id"].(string)]
		f.live[turn.thread.id](turn)
		return
	}
	said := turn.begin(user, kind, params)
	f.mu.Lock()
	script := f.scripts[said]
	f.mu.Unlock()
	if script == nil {
		script = func(turn *fakeTurn) { turn.says("You said: " + said) }
	}
	script(turn)
}

// begin sends what stands before every answer, and answers what the person said.
func (t *fakeTurn) begin(user, kind string, params object) string {
	f := t.fake
	input, _ := params["input"].(object)
	f.mu.Lock()
	if kind == "threads.create" {
		f.made++
		t.thread = &fakeThread{id: fmt.Sprintf("thr_%04d", f.made), user: user, created: time.Now().UTC()}
		f.threads[t.thread.id] = t.thread
	} else {
		t.thread = f.threads[params["thread_id"].(string)]
	}
	f.mu.Unlock()
	if kind == "threads.custom_action" {
		t.options(true)
		return "action:" + params["action"].(object)["type"].(string)
	}
	if kind == "threads.add_structured_input" || kind == "threads.add_client_tool_output" {
		t.options(true)
		return kind
	}
	if kind == "threads.retry_after_item" {
		return t.again(params["item_id"].(string))
	}
	said := ""
	if content := input["content"].([]any); len(content) > 0 {
		said = content[0].(object)["text"].(string)
	}
	attachments := []object{}
	f.mu.Lock()
	for _, id := range input["attachments"].([]any) {
		attachments = append(attachments, f.uploads[id.(string)].attachment)
	}
	f.mu.Unlock()
	if f.scripts["refuse:"+said] != nil {
		return "refuse:" + said
	}
	if kind == "threads.create" {
		t.send(object{"type": "thread.created", "thread": t.thread.json(nil)})
	}
	asked := object{"type": "user_message", "content": input["content"], "attachments": attachments, "inference_options": object{}}
	if quoted := input["quoted_text"]; quoted != nil {
		asked["quoted_text"] = quoted
	}
	t.done(asked)
	t.options(true)
	return said
}

// again takes away what came after a message, which is answered anew.
func (t *fakeTurn) again(id string) string {
	t.options(true)
	asked := t.thread.item(id)
	t.fake.mu.Lock()
	items := t.thread.items
	for at, item := range items {
		if item["id"] == id {
			t.thread.items = items[:at+1]
			items = items[at+1:]
			break
		}
	}
	t.fake.mu.Unlock()
	for _, item := range items {
		t.send(object{"type": "thread.item.removed", "item_id": item["id"]})
	}
	return "again:" + asked["content"].([]any)[0].(object)["text"].(string)
}

func (t *fakeTurn) options(cancel bool) {
	t.send(object{"type": "stream_options", "stream_options": object{"allow_cancel": cancel}})
}

func (t *fakeTurn) send(event object) {
	body, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	t.write([]byte("data: " + string(body) + "\n\n"))
}

// waits holds the turn until the spec says go on, or the page has gone.
func (t *fakeTurn) waits(next <-chan struct{}) {
	select {
	case <-next:
	case <-t.context.Done():
	}
}

// item completes an item with what every item has.
func (t *fakeTurn) item(item object) object {
	t.fake.mu.Lock()
	defer t.fake.mu.Unlock()
	if item["id"] == nil {
		t.fake.made++
		item["id"] = fmt.Sprintf("itm_%04d", t.fake.made)
	}
	item["thread_id"] = t.thread.id
	item["created_at"] = time.Now().UTC().Format(time.RFC3339Nano)
	return item
}

// done sends a final item and stores it.
func (t *fakeTurn) done(item object) {
	item = t.item(item)
	t.fake.mu.Lock()
	t.thread.items = append(t.thread.items, item)
	t.fake.mu.Unlock()
	t.send(object{"type": "thread.item.done", "item": item})
}

// says streams an answer in pieces; `between` is called after each piece but the last.
func (t *fakeTurn) says(text string, between ...func(piece int)) {
	id := t.item(object{})["id"]
	t.send(object{"type": "thread.item.added", "item": t.item(object{"id": id, "type": "assistant_message", "content": []any{}})})
	t.update(id, object{"type": "assistant_message.content_part.added", "content_index": 0, "content": output("")})
	pieces := cut(text)
	for at, piece := range pieces {
		t.update(id, object{"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": piece})
		if at < len(pieces)-1 {
			for _, pause := range between {
				pause(at)
			}
		}
	}
	t.update(id, object{"type": "assistant_message.content_part.done", "content_index": 0, "content": output(text)})
	t.done(object{"id": id, "type": "assistant_message", "content": []any{output(text)}})
}

func (t *fakeTurn) update(id any, update object) {
	t.send(object{"type": "thread.item.updated", "item_id": id, "update": update})
}

// replaces sends an item in place of the one with its id, and stores it.
func (t *fakeTurn) replaces(id any, with object) {
	t.fake.mu.Lock()
	item := t.thread.item(id)
	for key, value := range with {
		item[key] = value
	}
	t.fake.mu.Unlock()
	t.send(object{"type": "thread.item.replaced", "item": item})
}

// title names the thread.
func (t *fakeTurn) title(title string) {
	t.fake.mu.Lock()
	t.thread.title = title
	thread := t.thread.json(nil)
	t.fake.mu.Unlock()
	t.send(object{"type": "thread.updated", "thread": thread})
}

// tool is the line of something that a tool did.
func (t *fakeTurn) tool(title string) {
	t.done(object{"type": "task", "task": object{"type": "custom", "title": title, "status_indicator": "complete"}})
}

func (t *fakeTurn) widget(widget object) {
	t.done(object{"type": "widget", "widget": widget})
}

func output(text string) object {
	return object{"type": "output_text", "text": text, "annotations": []any{}}
}

// cut cuts a text into pieces that never end on a word, as models do.
func cut(text string) []string {
	var pieces []string
	runes := []rune(text)
	for len(runes) > 5 {
		pieces = append(pieces, string(runes[:5]))
		runes = runes[5:]
	}
	return append(pieces, string(runes))
}
