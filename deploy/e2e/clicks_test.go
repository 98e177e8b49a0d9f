package e2e_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

// card is the newest widget of a thread.
func card(thread *wire.Thread) wire.Object {
	GinkgoHelper()
	for i := len(thread.Items) - 1; i >= 0; i-- {
		if thread.Items[i]["type"] == "widget" {
			return thread.Items[i]
		}
	}
	Fail("the thread has no widget")
	return nil
}

// controls are the actions of all controls in a part of a widget, in their order.
func controls(part any) (actions []wire.Object) {
	switch part := part.(type) {
	case []any:
		for _, child := range part {
			actions = append(actions, controls(child)...)
		}
	case wire.Object:
		for _, on := range []string{"onClickAction", "onSubmitAction"} {
			if config, ok := part[on].(wire.Object); ok {
				sent := wire.Object{}
				for name, value := range config["payload"].(wire.Object) {
					sent[name] = value
				}
				actions = append(actions, wire.Object{"type": config["type"], "payload": sent})
			}
		}
		actions = append(actions, controls(part["children"])...)
	}
	return actions
}

// control finds the action of a control in a widget: of this type, and with this in its payload.
func control(widget any, kind string, with wire.Object) wire.Object {
	for _, action := range controls(widget) {
		fits := action["type"] == kind
		for name, value := range with {
			fits = fits && action["payload"].(wire.Object)[name] == value
		}
		if fits {
			return action
		}
	}
	return nil
}

// clicked is the params of a click on a control of the thread's newest widget.
func clicked(thread *wire.Thread, kind string, with wire.Object) wire.Object {
	GinkgoHelper()
	item := card(thread)
	action := control(item["widget"], kind, with)
	Expect(action).NotTo(BeNil(), "%s %v in %v", kind, with, item)
	return wire.Object{"thread_id": thread.Meta["id"], "item_id": item["id"], "action": action}
}

// click clicks, and folds the answer.
func click(ctx context.Context, page wire.Page, thread *wire.Thread, params wire.Object) {
	GinkgoHelper()
	answer, err := page.Call(ctx, atOnce, params)
	Expect(err).NotTo(HaveOccurred())
	Expect(answer["updated_item"]).To(HaveKeyWithValue("id", params["item_id"]))
	thread.FoldAnswer(answer)
}

// typed is a click on the form's button, after somebody typed a title.
func typed(thread *wire.Thread, title string) wire.Object {
	GinkgoHelper()
	params := clicked(thread, "task.add", nil)
	params["action"].(wire.Object)["payload"].(wire.Object)["title"] = title
	return params
}
