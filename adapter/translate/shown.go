package translate

import (
	"slices"

	"taskpilot/adapter/chatkit"
)

// items is which items a reader was told of.
type items struct {
	had  map[string]bool
	open []string // of steps that are at work
}

func (i *items) note(event chatkit.Event) {
	var id string
	switch e := event.(type) {
	case chatkit.ItemAdded:
		id = e.Item.ItemID()
	case chatkit.ItemDone:
		id = e.Item.ItemID()
	case chatkit.ItemRemoved:
		i.open = slices.DeleteFunc(i.open, func(other string) bool { return other == e.ItemID })
		return
	default:
		return
	}
	if i.had == nil {
		i.had = map[string]bool{}
	}
	i.had[id] = true
	if !slices.Contains(i.open, id) {
		i.open = append(i.open, id)
	}
}

func (i *items) everHad(id string) bool { return i.had[id] }

// close says that no step is at work any more.
func (i *items) close() { i.open = nil }
