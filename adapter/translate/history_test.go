package translate_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// history answers pages of messages and actions as chatcore does, never more than most at a time.
type history struct {
	messages []api.Message
	actions  []api.Action
	most     int
}

// element is a message or an action.
type element struct {
	first, last int64
	message     *api.Message
	action      *api.Action
}

func (h history) elements() (all []element) {
	for i, m := range h.messages {
		all = append(all, element{first: m.Position, last: last(m), message: &h.messages[i]})
	}
	for i, a := range h.actions {
		all = append(all, element{first: a.Position, last: a.Position, action: &h.actions[i]})
	}
	slices.SortFunc(all, func(a, b element) int { return cmp.Compare(a.first, b.first) })
	return all
}

func (h history) page(ask api.PageRequest) api.MessagePage {
	after, _ := strconv.ParseInt(ask.After, 10, 64)
	ascending := ask.Order == chatkit.Ascending
	var found []element
	for _, e := range h.elements() {
		if ascending && e.last > after || !ascending && (ask.After == "" || e.first < after) {
			found = append(found, e)
		}
	}
	if !ascending {
		slices.Reverse(found)
	}
	page := api.MessagePage{}
	if limit := min(ask.Limit, h.most); len(found) > limit {
		page.HasMore, page.After = true, strconv.FormatInt(found[limit-1].first, 10)
		if ascending {
			page.After = strconv.FormatInt(found[limit-1].last, 10)
		}
		found = found[:limit]
	}
	for _, e := range found {
		if e.message != nil {
			page.Data = append(page.Data, *e.message)
		} else {
			page.Actions = append(page.Actions, *e.action)
		}
	}
	return page
}

func last(m api.Message) int64 {
	if len(m.Steps) > 0 {
		return m.Steps[len(m.Steps)-1].Position
	}
	return m.Position
}

// itemsList is items.list as a page calls it: page after page, put together again.
func (h history) itemsList(t translate.Translator, conversation translate.Key, limit int, order string) ([]any, error) {
	var all []any
	for after := ""; ; {
		window, ok := t.NewWindow(conversation, chatkit.Paging{Limit: limit, Order: order, After: after})
		if !ok {
			return nil, fmt.Errorf("the cursor %s is no item's id", after)
		}
		for ask := window.First(); ; {
			page := h.page(ask)
			window.Add(page)
			if window.Full() || !page.HasMore {
				break
			}
			ask.After = page.After
		}
		page := window.Page()
		if page.HasMore && len(page.Data) != limit {
			return nil, fmt.Errorf("a page came up short: %d of %d", len(page.Data), limit)
		}
		all = append(all, wire(page)["data"].([]any)...)
		if !page.HasMore {
			break
		}
		after = page.After
	}
	if order != chatkit.Ascending {
		slices.Reverse(all)
	}
	return all, nil
}

// wire is how anything looks to a page.
func wire(v any) map[string]any {
	encoded, err := chatkit.Marshal(v)
	if err != nil {
		panic(err)
	}
	var decoded map[string]any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		panic(err)
	}
	return decoded
}
