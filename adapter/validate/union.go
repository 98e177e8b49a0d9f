package validate

import (
	"slices"

	"taskpilot/adapter/chatkit"
)

// union checks a value that may be one of several things.
func (i inspection) union(path string, value any, shape *chatkit.Shape) {
	if tags := shape.Tags(); len(tags) == len(shape.Either) {
		if o, ok := i.must(path, value, shape).(object); ok {
			i.tagged(path, o, shape)
		}
		return
	}
	var may []*chatkit.Shape
	for _, one := range shape.Either {
		if fits(value, one) {
			may = append(may, one)
		}
	}
	if len(may) == 0 {
		i.must(path, value, shape)
		return
	}
	// Of several the one is meant that fits best.
	best, fewest := may[0], -1
	for _, one := range may {
		mistakes := 0
		inspection{i.protocol, func(string, string) { mistakes++ }}.value(path, value, one)
		if fewest < 0 || mistakes < fewest {
			best, fewest = one, mistakes
		}
	}
	i.value(path, value, best)
}

// tagged checks an object whose type says what it is.
func (i inspection) tagged(path string, o object, shape *chatkit.Shape) {
	tag, ok := o["type"].(string)
	if !ok {
		i.that(within(path, "type"), "is missing: it says which %s this is", unionName(shape))
		return
	}
	if one, known := shape.Tagged(tag); known {
		i.object(path, o, one)
		return
	}
	i.note(path, "%s", i.unknown(tag, shape))
}

// unknown says what is wrong with a type that a union does not have.
func (i inspection) unknown(tag string, shape *chatkit.Shape) string {
	isRoot := slices.Contains(i.protocol.Root.Tags(), tag)
	isComponent := slices.Contains(i.protocol.Component.Tags(), tag)
	switch {
	case shape == i.protocol.Event:
		return quoted(tag) + " is no ChatKit event" + didYouMean(tag, shape.Tags())
	case shape == i.protocol.Item && (tag == "hidden_context_item" || tag == "sdk_hidden_context"):
		return quoted(tag) + " is for the model only: hidden items are never sent to a client"
	case shape == i.protocol.Component && isRoot:
		return "a " + quoted(tag) + " is a root: it never stands inside a component or a `Card`"
	case tag == "ListViewItem" && shape.Name != "root":
		return "a `ListViewItem` stands only in a `ListView`"
	case shape == i.protocol.Root && isComponent:
		return "`" + tag + "` is a component and no root: put it in a `Card`"
	}
	known := " is no " + unionName(shape)
	return quoted(tag) + known + instead(tag, shape, shape.Tags())
}

// unionName is what the members of a union are.
func unionName(shape *chatkit.Shape) string {
	switch shape.Name {
	case "event":
		return "ChatKit event"
	case "root":
		return "root of a widget"
	case "element":
		return "component"
	case "usercontent":
		return "part of a user's message"
	case "structuredinput":
		return "question"
	case "threadstatus":
		return "status of a thread"
	default:
		return shape.Name
	}
}
