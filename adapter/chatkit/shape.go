package chatkit

// Shape says what a value on the wire may be. Shapes are read off the Go types of this package, so that whoever checks or
// documents the wire speaks of the very same.
type Shape struct {
	Kind   Kind
	Name   string            // of an object or a union: what it is called, such as Badge or item
	Tag    string            // of an object: its "type"; empty when it has none
	Values []string          // of a text or icon: those that there are; nil: any
	Fields []Field           // of an object, without its "type"
	Elem   *Shape            // of a list or map
	Either []*Shape          // of a union
	Avoid  map[string]string // of an object or union: names that one side alone knows, and which side that is
}

// Field is a field of an object. One that is not Required may be missing, and is never null.
type Field struct {
	Name     string
	Required bool
	Shape    *Shape
}

// Kind is what a value is before its details.
type Kind string

// The kinds of values.
const (
	KindText       Kind = "text"
	KindFlag       Kind = "flag"
	KindWhole      Kind = "whole"       // a number without a fraction
	KindNumber     Kind = "number"      // any number
	KindTime       Kind = "time"        // ISO 8601 with an offset
	KindDate       Kind = "date"        // ISO 8601, with a time or without
	KindURL        Kind = "url"         // absolute
	KindIcon       Kind = "icon"        // a name of ChatKit's, or lucide:…
	KindWidgetIcon Kind = "widget icon" // a name of ChatKit's
	KindData       Kind = "data"        // an object with any members
	KindAny        Kind = "any"
	KindList       Kind = "list"
	KindMap        Kind = "map" // an object whose members are all of one shape
	KindObject     Kind = "object"
	KindUnion      Kind = "union"
)

// Field finds a field of an object by its name.
func (s *Shape) Field(name string) (f Field, ok bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return f, false
}

// Tagged finds the object of a union that has a type.
func (s *Shape) Tagged(tag string) (object *Shape, ok bool) {
	for _, object := range s.Either {
		if object.Kind == KindObject && object.Tag == tag {
			return object, true
		}
	}
	return nil, false
}

// Tags are the types of a union's objects.
func (s *Shape) Tags() []string {
	var tags []string
	for _, object := range s.Either {
		if object.Kind == KindObject && object.Tag != "" {
			tags = append(tags, object.Tag)
		}
	}
	return tags
}
