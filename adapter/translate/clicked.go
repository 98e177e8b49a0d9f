package translate

import (
	"strconv"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// Clicked is an item that somebody clicked in.
type Clicked struct {
	Item   chatkit.Item
	Record api.ToolCall // that it shows; its ID is 0 when it shows none
	head   chatkit.Head
}

// IsWidget says that there is something to click in.
func (c Clicked) IsWidget() bool {
	_, ok := c.Item.(chatkit.WidgetItem)
	return ok && c.Record.ID != 0
}

// PageOf asks for the page of messages that an item stands on. ok is false for what cannot be an item's id.
func PageOf(item string) (ask api.PageRequest, ok bool) {
	_, place, ok := ParseItemID(item)
	return api.PageRequest{
		Limit: 1, Order: chatkit.Ascending, After: strconv.FormatInt(place.Position-1, 10), Glance: true,
	}, ok
}

// Find looks for an item on a page of messages.
func (t Translator) Find(conversation Key, page api.MessagePage, item string) (c Clicked, ok bool) {
	for _, message := range page.Data {
		for _, shown := range t.Items(conversation, message) {
			if shown.ItemID() == item {
				c, ok = Clicked{Item: shown}, true
			}
		}
		for _, step := range message.Steps {
			for _, record := range step.ToolCalls {
				if id := callID(conversation, step.ID, step.Position, record.Index); id == item {
					c.Record, c.head = record, head(id, conversation, step.CreatedAt)
				}
			}
		}
	}
	for _, action := range page.Actions {
		for _, shown := range t.ItemsOfAction(conversation, action) {
			if id := shown.ItemID(); id == item {
				c, ok = Clicked{Item: shown, Record: action.Record, head: head(id, conversation, action.CreatedAt)}, true
			}
		}
	}
	return c, ok
}

// Refreshed is the item as its record shows it now.
func (t Translator) Refreshed(c Clicked, record api.ToolCall) chatkit.Item {
	if item, ok := t.record(c.head, record); ok {
		return item
	}
	return c.Item
}
