package plain

import (
	"slices"
	"time"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/mapping"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// conversation reads one, without its name.
func conversation(names mapping.Conversations, value any) api.Conversation {
	c := api.Conversation{Title: text(find(value, names.Title)), Status: api.ConversationActive}
	c.CreatedAt, _ = timeOf(find(value, names.CreatedAt))
	if c.UpdatedAt, _ = timeOf(find(value, names.UpdatedAt)); c.CreatedAt.IsZero() {
		c.CreatedAt = c.UpdatedAt
	}
	if c.CreatedAt.IsZero() {
		c.CreatedAt = time.Unix(0, 0).UTC() // nobody knows
	}
	return c
}

// readList reads a list of conversations, newest change first; ok is false for what is none. An element without an id, or
// with one that came before, can't be opened and is left out.
func readList(names mapping.Conversations, value any) (all []api.Conversation, ok bool) {
	elements, ok := list(value, names.List)
	seen := map[translate.Key]bool{}
	for _, element := range elements {
		key, nameable := keyOf(find(element, names.ID))
		if nameable && !seen[key] {
			all, seen[key] = append(all, named(conversation(names, element), key)), true
		}
	}
	slices.SortStableFunc(all, func(a, b api.Conversation) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	return all, ok
}

// pageOf is a page of all conversations. A cursor that is not there any more is not found.
func pageOf(all []api.Conversation, ask api.PageRequest) (page api.ConversationPage, err error) {
	if ask.Order == chatkit.Ascending {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	if ask.After != "" {
		at := slices.IndexFunc(all, func(c api.Conversation) bool { return string(translate.KeyOf(c)) == ask.After })
		if at < 0 {
			return page, errNotThere
		}
		all = all[at+1:]
	}
	page.Data, page.HasMore = all, false
	if ask.Limit > 0 && len(all) > ask.Limit {
		page.Data, page.HasMore = all[:ask.Limit], true
	}
	if len(page.Data) > 0 {
		page.After = string(translate.KeyOf(page.Data[len(page.Data)-1]))
	}
	return page, nil
}
