package translate_test

import (
	"encoding/json"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// click lets somebody click in a widget of the page, perhaps: its record has a newer state from then on, which another
// adapter answers as the updated item. What the turn tells live knows nothing of that.
func (p *playing) click(page *thread) {
	if rapid.IntRange(0, 9).Draw(p.T, "clicks") > 0 {
		return
	}
	var widgets []string
	for _, id := range page.order {
		if page.items[id]["type"] == "widget" && p.isStored(id) {
			widgets = append(widgets, id)
		}
	}
	if len(widgets) == 0 {
		return
	}
	item := rapid.SampledFrom(widgets).Draw(p.T, "clicked")
	ask, ok := translate.PageOf(item)
	if !ok {
		p.Fatalf("%s is no item's id", item)
	}
	clicked, ok := p.fresh().Find(translate.KeyOf(p.conversation), history{messages: p.stored, actions: p.actions, most: 1}.page(ask), item)
	if !ok || !clicked.IsWidget() {
		p.Fatalf("%s was not found as a widget", item)
	}
	newer := p.refresh(clicked.Record.ID)
	if err := page.read(chatkit.ItemReplaced{Item: p.fresh().Refreshed(clicked, newer)}); err != nil {
		p.Fatal(err)
	}
}

// isStored says that an item's step or action stays: one that is going to be discarded can't be clicked in.
func (p *playing) isStored(item string) bool {
	owner, _, _ := translate.ParseItemID(item)
	for _, message := range p.stored {
		if slices.ContainsFunc(message.Steps, func(step api.Step) bool { return step.ID == owner }) {
			return true
		}
	}
	return slices.ContainsFunc(p.actions, func(action api.Action) bool { return action.ID == owner })
}

// refresh stores a newer state of a record. What was told live keeps the older one.
func (p *playing) refresh(record int64) (newer api.ToolCall) {
	change := func(record api.ToolCall) api.ToolCall {
		record.Revision++
		record.Refreshed = json.RawMessage(rapid.SampledFrom([]string{
			`{"tasks":[],"total":0,"pending":0,"completed":0,"has_more":false,"filtered_status":"pending"}`,
			`{"tasks":[{"task_id":5,"title":"New","completed":true}],"total":1,"pending":0,"completed":1,"has_more":false,"filtered_status":"all"}`,
			`"nonsense"`,
		}).Draw(p.T, "newer"))
		newer = record
		return record
	}
	for m := range p.stored {
		p.stored[m].Steps = slices.Clone(p.stored[m].Steps)
		for s := range p.stored[m].Steps {
			step := &p.stored[m].Steps[s]
			step.ToolCalls = slices.Clone(step.ToolCalls)
			for c := range step.ToolCalls {
				if step.ToolCalls[c].ID == record {
					step.ToolCalls[c] = change(step.ToolCalls[c])
				}
			}
		}
	}
	for a := range p.actions {
		if p.actions[a].ID == record {
			p.actions[a].Record = change(p.actions[a].Record)
		}
	}
	return newer
}

// actAlone does something that stands by itself, perhaps.
func (p *playing) actAlone(page *thread) {
	if rapid.IntRange(0, 2).Draw(p.T, "acts") > 0 {
		return
	}
	id, position, at := p.place()
	action := api.Action{ID: id, Position: position, By: api.ByPerson, CreatedAt: at, Record: p.call(0)}
	action.Record.ID = id
	if rapid.Bool().Draw(p.T, "on a record") {
		action.RecordID = 7 // shows nothing by itself
	}
	p.actions = append(p.actions, action)
	for _, item := range p.fresh().ItemsOfAction(translate.KeyOf(p.conversation), action) {
		if !strings.HasPrefix(item.ItemID(), "msg_") {
			p.Fatalf("%s is no id of an item", item.ItemID())
		}
		if err := page.read(chatkit.ItemDone{Item: item}); err != nil {
			p.Fatal(err)
		}
	}
}
