package translate_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// history answers pages of messages as chatcore does, never more than most at a time.
type history struct {
	messages []api.Message
	most     int
}

func (h history) page(ask api.PageRequest) api.MessagePage {
	after, _ := strconv.ParseInt(ask.After, 10, 64)
	ascending := ask.Order == chatkit.Ascending
	var found []api.Message
	for _, m := range h.messages {
		if ascending && last(m) > after || !ascending && (ask.After == "" || m.Position < after) {
			found = append(found, m)
		}
	}
	if !ascending {
		slices.Reverse(found)
	}
	page := api.MessagePage{Data: found}
	if limit := min(ask.Limit, h.most); len(found) > limit {
		page.Data, page.HasMore = found[:limit], true
		page.After = strconv.FormatInt(found[limit-1].Position, 10)
		if ascending {
			page.After = strconv.FormatInt(last(found[limit-1]), 10)
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
func (h history) itemsList(t translate.Translator, conversation int64, limit int, order string) ([]any, error) {
	var all []any
	for after := ""; ; {
		window, ok := t.NewWindow(conversation, chatkit.Paging{Limit: limit, Order: order, After: after})
		if !ok {
			return nil, fmt.Errorf("the cursor %s is no item's id", after)
		}
		for ask := window.First(); ; {
			page := h.page(ask)
			window.Add(page.Data)
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
