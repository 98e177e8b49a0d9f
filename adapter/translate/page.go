package translate

import (
	"slices"
	"strconv"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// Window gathers a page of a thread's items out of pages of messages. A message has any number of items, none too, so
// pages are asked for until the window is Full or nothing more follows.
type Window struct {
	translator   Translator
	conversation Key
	paging       chatkit.Paging
	cursor       Place // items up to here are left out; zero: none are
	items        []chatkit.Item
}

// NewWindow begins a page. ok is false when its cursor cannot be an item's id.
func (t Translator) NewWindow(conversation Key, paging chatkit.Paging) (w *Window, ok bool) {
	w = &Window{translator: t, conversation: conversation, paging: paging}
	if paging.After == "" {
		return w, true
	}
	_, w.cursor, ok = InConversation(conversation, paging.After)
	return w, ok
}

// First is the first page of messages to ask for: it begins with the message that the cursor stands in, for a part of
// that message's items may still follow.
func (w *Window) First() api.PageRequest {
	request := api.PageRequest{Limit: min(w.paging.Limit+1, api.MaxPage), Order: w.paging.Order}
	switch {
	case w.cursor == Place{}:
	case w.paging.Order == chatkit.Ascending:
		request.After = strconv.FormatInt(w.cursor.Position-1, 10)
	default:
		request.After = strconv.FormatInt(w.cursor.Position+1, 10)
	}
	return request
}

// Add takes the next page of messages, in the window's order.
func (w *Window) Add(page api.MessagePage) {
	items := w.translator.itemsOfPage(w.conversation, page)
	if w.paging.Order != chatkit.Ascending {
		slices.Reverse(items)
	}
	for _, item := range items {
		if w.follows(item) {
			w.items = append(w.items, item)
		}
	}
}

// itemsOfPage are the items of a page's messages and actions, in the order of the thread.
func (t Translator) itemsOfPage(conversation Key, page api.MessagePage) []chatkit.Item {
	type placed struct {
		Place
		chatkit.Item
	}
	var shown []placed
	show := func(items []chatkit.Item) {
		for _, item := range items {
			_, place, _ := ParseItemID(item.ItemID())
			shown = append(shown, placed{place, item})
		}
	}
	for _, message := range page.Data {
		show(t.Items(conversation, message))
	}
	for _, action := range page.Actions {
		show(t.ItemsOfAction(conversation, action))
	}
	slices.SortStableFunc(shown, func(a, b placed) int { return a.Compare(b.Place) })
	items := make([]chatkit.Item, len(shown))
	for i := range shown {
		items[i] = shown[i].Item
	}
	return items
}

// With is what the window would be with this page added. The window itself stays as it is.
func (w *Window) With(page api.MessagePage) *Window {
	with := *w
	with.items = slices.Clone(w.items)
	with.Add(page)
	return &with
}

// follows says that an item stands behind the cursor. The cursor's own item need not be there any more.
func (w *Window) follows(item chatkit.Item) bool {
	if (w.cursor == Place{}) {
		return true
	}
	_, place, ok := ParseItemID(item.ItemID())
	if w.paging.Order == chatkit.Ascending {
		return ok && place.Compare(w.cursor) > 0
	}
	return ok && place.Compare(w.cursor) < 0
}

// Full says that no more messages are needed: the page is complete, and it is known that more follows.
func (w *Window) Full() bool { return len(w.items) > w.paging.Limit }

// Page is what was gathered.
func (w *Window) Page() chatkit.Page[chatkit.Item] {
	if !w.Full() {
		return chatkit.Page[chatkit.Item]{Data: w.items}
	}
	data := w.items[:w.paging.Limit]
	return chatkit.Page[chatkit.Item]{Data: data, HasMore: true, After: data[len(data)-1].ItemID()}
}
