package chatkit

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// describing reads shapes off Go types. Fields have their names and whether they may be missing from their json tag, and
// what Go's types can't say from two more: values lists the texts that there are, is lists kinds, names of structs and
// constants for fields that may be several things.
type describing struct {
	known   map[reflect.Type]*Shape
	members map[reflect.Type][]any // of unions
	named   map[string]any         // structs that is tags name
}

// wired is a type whose object on the wire is another struct than itself.
type wired interface{ wire() any }

// tagOf is the "type" of what has one.
func tagOf(v any) string {
	switch v := v.(type) {
	case Event:
		return v.EventType()
	case Update:
		return v.UpdateType()
	case Item:
		return v.ItemType()
	case Element:
		return v.ElementType()
	case interface{ kind() string }:
		return v.kind()
	}
	return ""
}

func (d *describing) shape(t reflect.Type) *Shape {
	if t.Kind() == reflect.Pointer {
		return d.shape(t.Elem())
	}
	if shape, ok := d.known[t]; ok {
		return shape
	}
	shape := &Shape{}
	d.known[t] = shape // before its parts: a widget's parts hold parts
	*shape = d.read(t)
	return shape
}

func (d *describing) read(t reflect.Type) Shape {
	if members, ok := d.members[t]; ok {
		return d.union(t, members)
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		return Shape{Kind: KindTime}
	case reflect.TypeFor[json.RawMessage](), reflect.TypeFor[any]():
		return Shape{Kind: KindAny}
	case reflect.TypeFor[map[string]any](), reflect.TypeFor[RawObject]():
		return Shape{Kind: KindData}
	}
	switch t.Kind() {
	case reflect.String:
		return Shape{Kind: KindText}
	case reflect.Bool:
		return Shape{Kind: KindFlag}
	case reflect.Int:
		return Shape{Kind: KindWhole}
	case reflect.Float64:
		return Shape{Kind: KindNumber}
	case reflect.Slice:
		return Shape{Kind: KindList, Elem: d.shape(t.Elem())}
	case reflect.Map:
		return Shape{Kind: KindMap, Elem: d.shape(t.Elem())}
	case reflect.Struct:
		return d.object(t)
	default:
		panic("chatkit: no shape for " + t.String())
	}
}

func (d *describing) union(t reflect.Type, members []any) Shape {
	shape := Shape{Kind: KindUnion, Name: strings.ToLower(t.Name()), Avoid: avoid(t.Name())}
	for _, member := range members {
		shape.Either = append(shape.Either, d.shape(reflect.TypeOf(member)))
	}
	return shape
}

func (d *describing) object(t reflect.Type) Shape {
	name, _, _ := strings.Cut(t.Name(), "[") // Page[…]
	shape := Shape{Kind: KindObject, Name: name, Avoid: avoid(name)}
	zero := reflect.Zero(t).Interface()
	shape.Tag = tagOf(zero)
	if w, ok := zero.(wired); ok {
		t = reflect.TypeOf(w.wire())
	}
	for _, field := range reflect.VisibleFields(t) {
		tag, ok := field.Tag.Lookup("json")
		if !ok {
			continue // an embedded head
		}
		name, options, _ := strings.Cut(tag, ",")
		shape.Fields = append(shape.Fields, Field{
			Name: name, Required: !strings.Contains(options, "omitempty"), Shape: d.field(field),
		})
	}
	return shape
}

// field reads a field's tags, and where there are none its type.
func (d *describing) field(field reflect.StructField) *Shape {
	if values, ok := field.Tag.Lookup("values"); ok {
		return &Shape{Kind: KindText, Values: strings.Split(values, "|")}
	}
	is, ok := field.Tag.Lookup("is")
	if !ok {
		return d.shape(field.Type)
	}
	union := &Shape{Kind: KindUnion}
	for name := range strings.SplitSeq(is, "|") {
		union.Either = append(union.Either, d.name(name))
	}
	if len(union.Either) == 1 {
		return union.Either[0]
	}
	return union
}

// name gives what an is tag names: a kind, a struct, or a constant.
func (d *describing) name(name string) *Shape {
	switch kind := Kind(name); kind {
	case KindText, KindWhole, KindNumber, KindFlag, KindURL, KindDate:
		return &Shape{Kind: kind}
	case KindIcon:
		return &Shape{Kind: kind, Values: Icons()}
	case KindWidgetIcon:
		return &Shape{Kind: kind, Values: WidgetIcons()}
	}
	if object, ok := d.named[name]; ok {
		return d.shape(reflect.TypeOf(object))
	}
	return &Shape{Kind: KindText, Values: []string{name}}
}
