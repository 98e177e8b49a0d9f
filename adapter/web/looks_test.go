package web_test

import (
	"context"
	"encoding/json"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/browser"
)

// everything is a turn that shows one of each thing there is to show.
func everything(turn *fakeTurn) {
	turn.send(object{"type": "notice", "level": "warning", "title": "Heads up", "message": "This list is **shared** with Bob."})
	turn.done(object{"type": "workflow", "workflow": object{
		"type": "custom", "expanded": true, "summary": object{"title": "Looked through your tasks", "icon": "search"},
		"tasks": []object{
			{"type": "web_search", "title": "Searched", "queries": []string{"lisbon flights"}, "status_indicator": "complete",
				"sources": []object{{"type": "url", "title": "Example", "url": "https://example.com/"}}},
			{"type": "thought", "content": "The flights come *first*.", "status_indicator": "complete"},
		},
	}})
	turn.tool("✓ Task created: Buy groceries")
	turn.widget(ownCard())
	turn.widget(formCard())
	turn.widget(object{"type": "ListView", "limit": 2, "status": object{"text": "Lists", "icon": "notebook"}, "children": []object{
		listItem("Home", "3 tasks"), listItem("Work", "12 tasks"), listItem("Garden", "1 task"),
	}})
	turn.done(object{"type": "structured_input", "status": "answered", "inputs": []object{
		{"id": "1", "question": "Which list?", "type": "multiple_choice", "multiple": false, "options": []object{{"value": "Home"}},
			"answer": object{"values": []string{"Home"}, "skipped": false}},
	}})
	turn.done(object{"type": "end_of_turn"})
	turn.done(object{"type": "hidden_context_item", "content": "never to be seen"})
	turn.done(object{"type": "something_new", "content": "never to be seen"})
	turn.says("## The plan\n\nFirst the **groceries**, then *Lisbon*:\n\n1. Buy [oat milk](https://example.com)\n2. Call `plumber()`\n   - before noon\n\n" +
		"| Day | Task |\n|:--|--:|\n| Mon | Shop |\n| Tue | Fly |\n\n> Pack light.\n\n```go\nfunc main() {\n\tprintln(\"hello\")\n}\n```\n")
	turn.title("One of each thing, under a title that is far too long for any bar on any phone")
}

// ownCard is the list of tasks as this adapter shows it.
func ownCard() (card object) {
	text, err := os.ReadFile("../present/testdata/list_tasks.json")
	if err == nil {
		err = json.Unmarshal(text, &card)
	}
	if err != nil {
		panic(err)
	}
	return card
}

func listItem(title, caption string) object {
	return object{"type": "ListViewItem", "onClickAction": object{"type": "open", "payload": object{"list": title}}, "children": []object{
		{"type": "Icon", "name": "document"},
		{"type": "Col", "flex": 1, "children": []object{{"type": "Text", "value": title, "weight": "medium"}, {"type": "Caption", "value": caption}}},
		{"type": "Icon", "name": "chevron-right", "size": "sm"},
	}}
}

func formCard() object {
	return object{"type": "Card", "asForm": true, "size": "sm", "confirm": object{"label": "Save", "action": object{"type": "save", "payload": object{"from": "card"}}},
		"cancel": object{"label": "Not now", "action": object{"type": "cancel", "streaming": false}},
		"children": []object{
			{"type": "Label", "value": "Title", "fieldName": "task.title"},
			{"type": "Input", "name": "task.title", "defaultValue": "Water the plants", "required": true},
			{"type": "Row", "gap": 3, "children": []object{
				{"type": "Checkbox", "name": "task.urgent", "label": "Urgent", "defaultChecked": true},
				{"type": "Select", "name": "list", "options": []object{{"value": "h", "label": "Home"}, {"value": "w", "label": "Work"}}, "defaultValue": "w"},
			}},
			{"type": "Row", "gap": 2, "children": []object{
				{"type": "Button", "label": "Remind me", "iconStart": "clock", "onClickAction": object{"type": "remind", "handler": "client"}},
				{"type": "Badge", "label": "new", "color": "discovery", "variant": "outline"},
			}},
		}}
}

var _ = Describe("The looks of everything", func() {
	DescribeTable("fit the window and leave no errors",
		func(ctx SpecContext, name string, options ...browser.Option) {
			alice := newPerson(options...)
			alice.fake.when("everything", everything)
			alice.signsIn(ctx, "alice")
			alice.pictures(ctx, name+"-start")
			alice.says(ctx, "everything")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".answer pre").Should(HaveLen(1))
			Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
			alice.pictures(ctx, name+"-end")
			Expect(alice.reads(ctx, ".items")).NotTo(ContainElement(ContainSubstring("never to be seen")))
			Expect(sideways(ctx, alice)).To(BeEmpty(), "things that stand out of the window")
			alice.evaluates(ctx, `document.querySelector('openai-chatkit').shadowRoot.querySelector('.scroller').scrollTo(0, 0)`, nil)
			Eventually(ctx, alice.sees).WithArguments(ctx, ".newest").Should(BeTrue())
			alice.pictures(ctx, name+"-top")
			alice.clicks(ctx, ".history-button")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".thread .name").Should(HaveLen(1))
			alice.pictures(ctx, name+"-history")
			Expect(alice.page.Errors()).To(BeEmpty())
		},
		Entry("on a desk, light", SpecTimeout(patience), "desk"),
		Entry("on a desk, dark", SpecTimeout(patience), "dark", browser.Dark),
		Entry("on a phone", SpecTimeout(patience), "phone", browser.Phone),
		Entry("on a phone, dark", SpecTimeout(patience), "phone-dark", browser.Phone, browser.Dark),
		Entry("in a very narrow window", SpecTimeout(patience), "narrow", browser.Size(300, 500)),
	)
})

// sideways is what reaches over the window's edge, apart from what scrolls by itself.
func sideways(ctx context.Context, p *person) []string {
	GinkgoHelper()
	var found []string
	p.evaluates(ctx, `[...document.querySelector('openai-chatkit').shadowRoot.querySelectorAll('.main *')]
		.filter((node) => !node.closest('pre, .table, .unseen') && node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 1)
		.map((node) => node.className || node.tagName)`, &found)
	return found
}
