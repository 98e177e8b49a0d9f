package validate

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"taskpilot/adapter/chatkit"
)

// inspection holds one value to a shape.
type inspection struct {
	protocol *chatkit.Protocol
	reporter
}

// value checks any value.
func (i inspection) value(path string, value any, shape *chatkit.Shape) {
	switch shape.Kind {
	case chatkit.KindAny:
	case chatkit.KindUnion:
		i.union(path, value, shape)
	case chatkit.KindObject:
		if o, ok := i.must(path, value, shape).(object); ok {
			i.object(path, o, shape)
		}
	case chatkit.KindList:
		if list, ok := i.must(path, value, shape).([]any); ok {
			for n, element := range list {
				i.value(nth(path, n), element, shape.Elem)
			}
		}
	case chatkit.KindMap:
		if o, ok := i.must(path, value, shape).(object); ok {
			for _, name := range slices.Sorted(maps.Keys(o)) {
				i.value(within(path, name), o[name], shape.Elem)
			}
		}
	case chatkit.KindFlag, chatkit.KindNumber, chatkit.KindData:
		i.must(path, value, shape)
	case chatkit.KindWhole:
		if number, ok := i.must(path, value, shape).(json.Number); ok && !isWhole(number) {
			i.that(path, "must be a whole number")
		}
	default:
		if s, ok := i.must(path, value, shape).(string); ok {
			i.words(path, s, shape)
		}
	}
}

// must gives a value that is what its shape wants in the rough, and else reports it and gives nil.
func (i inspection) must(path string, value any, shape *chatkit.Shape) any {
	if fits(value, shape) {
		return value
	}
	if value == nil {
		i.that(path, "is null: what has no value is left out")
		return nil
	}
	i.that(path, "must be %s, not %s", wanted(shape), called(value))
	return nil
}

// fits says that a value is of a shape's kind in the rough.
func fits(value any, shape *chatkit.Shape) bool {
	switch shape.Kind {
	case chatkit.KindAny:
		return true
	case chatkit.KindFlag, chatkit.KindNumber, chatkit.KindWhole, chatkit.KindList:
		return called(value) == wanted(shape)
	case chatkit.KindObject, chatkit.KindData, chatkit.KindMap:
		return called(value) == "an object"
	case chatkit.KindUnion:
		return slices.ContainsFunc(shape.Either, func(one *chatkit.Shape) bool { return fits(value, one) })
	default:
		return called(value) == "a text"
	}
}

// wanted names what a shape wants, in the words of called.
func wanted(shape *chatkit.Shape) string {
	switch shape.Kind {
	case chatkit.KindFlag:
		return "true or false"
	case chatkit.KindNumber, chatkit.KindWhole:
		return "a number"
	case chatkit.KindList:
		return "a list"
	case chatkit.KindObject, chatkit.KindData, chatkit.KindMap:
		return "an object"
	case chatkit.KindUnion:
		var all []string
		for _, one := range shape.Either {
			if w := wanted(one); !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
		return strings.Join(all, " or ")
	default:
		return "a text"
	}
}

// object checks an object's members.
func (i inspection) object(path string, o object, shape *chatkit.Shape) {
	if shape.Tag != "" && !i.tag(path, o, shape) {
		return
	}
	if len(shape.Fields) == 0 && shape.Tag == "" {
		if len(o) > 0 {
			i.that(path, "must be {}%s", emptyBecause(path))
		}
		return
	}
	for _, field := range shape.Fields {
		value, there := o[field.Name]
		switch {
		case there && value == nil:
			i.that(within(path, field.Name), "is null: what has no value is left out")
		case there:
			i.value(within(path, field.Name), value, field.Shape)
		case field.Required:
			i.that(within(path, field.Name), "is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if _, known := shape.Field(name); !known && (name != "type" || shape.Tag == "") {
			i.note(path, "%s is no field of %s%s", quoted(name), label(shape), instead(name, shape, fieldNames(shape)))
		}
	}
}

func emptyBecause(path string) string {
	if path == "metadata" || strings.HasSuffix(path, ".metadata") {
		return ": a thread's metadata is the integration's own and is never sent"
	}
	return ""
}

// tag checks the type of an object that can be of one type only.
func (i inspection) tag(path string, o object, shape *chatkit.Shape) bool {
	tag, ok := o["type"].(string)
	switch {
	case !ok:
		i.that(within(path, "type"), "is missing: it must be `%s`", shape.Tag)
	case tag == shape.Tag:
		return true
	case shape.Tag == "ListViewItem":
		i.note(path, "%s stands in a `ListView`: only `ListViewItem` may", quoted(tag))
	default:
		i.that(within(path, "type"), "must be `%s`, not %s", shape.Tag, quoted(tag))
	}
	return false
}

// label is what an object is called.
func label(shape *chatkit.Shape) string {
	if shape.Tag != "" {
		return "`" + shape.Tag + "`"
	}
	return "`" + shape.Name + "`"
}

// instead ends a sentence about an unknown name: who knows it, or what may have been meant.
func instead(name string, shape *chatkit.Shape, known []string) string {
	if who := shape.Avoid[name]; who != "" {
		return " that both sides know: only " + who + " does, so avoid it"
	}
	return didYouMean(name, known)
}

func fieldNames(shape *chatkit.Shape) []string {
	var names []string
	for _, field := range shape.Fields {
		names = append(names, field.Name)
	}
	return names
}
