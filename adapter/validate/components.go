package validate

import "fmt"

// applyToComponent makes an update to the component of a widget that it names.
func applyToComponent(item object, kind string, update object) string {
	id := text(update, "component_id")
	if id == "" {
		return ""
	}
	widget := member(item, "widget")
	place := find(widget, id)
	if place == nil {
		return fmt.Sprintf("the widget has no component with the id %s", quoted(id))
	}
	if kind == "widget.component.updated" {
		if component := member(update, "component"); component != nil {
			place(component)
		}
		return ""
	}
	component := place(nil)
	if t := text(component, "type"); t != "Text" && t != "Markdown" {
		return fmt.Sprintf("%s is a %s, but only a `Text` or `Markdown` grows", quoted(id), quoted(t))
	}
	component["value"] = text(component, "value") + text(update, "delta")
	return ""
}

// place puts a component where another one stands, and gives the one that stands there then. With nil it changes nothing.
type place func(object) object

// find looks for the component with an id below a component.
func find(in object, id string) place {
	switch children := in["children"].(type) {
	case object: // of a Transition
		return findOne(children, id, func(o object) { in["children"] = o })
	case []any:
		for n := range children {
			child := objectAt(children, n)
			if found := findOne(child, id, func(o object) { children[n] = o }); found != nil {
				return found
			}
		}
	}
	return nil
}

func findOne(child object, id string, put func(object)) place {
	if child == nil {
		return nil
	}
	if text(child, "id") != id {
		return find(child, id)
	}
	return func(o object) object {
		if o == nil {
			return child
		}
		put(o)
		return o
	}
}
