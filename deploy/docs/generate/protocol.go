package main

import (
	"fmt"
	"reflect"
	"strings"

	"taskpilot/adapter/chatkit"
)

const protocolHead = `<!-- Made from adapter/chatkit by go generate ./deploy/docs: change the tables there. -->

# ChatKit's protocol, as this system speaks it

Every request, event, update and item of openai-chatkit 1.6.5: which Go type of ` + "`adapter/chatkit`" + ` it is, how this system makes it
and where it is kept. Nothing is kept by the adapter: a thread is a conversation of chatcore's, and its items are computed from messages,
steps, calls' records and actions, live as after a reload. A field with a ? may be missing; none is ever null.

` + "`adapter validate`" + ` holds a captured stream or answer to these types.
`

// protocolPage is the page about the protocol.
func protocolPage() string {
	protocol := chatkit.NewProtocol()
	var b strings.Builder
	b.WriteString(protocolHead)
	b.WriteString("\n## Requests\n\n| request | Go type | answer | what it does | kept |\n|---|---|---|---|---|\n")
	for _, row := range chatkit.OurRequests() {
		request := row.Of.(chatkit.Request)
		answer := "a stream"
		if !request.Streams() {
			answer = fields(protocol.Answers[request.RequestType()])
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", request.RequestType(), goType(row.Of), answer, row.How, row.Kept)
	}
	b.WriteString("\n## Events\n")
	table(&b, "event", protocol.Event, chatkit.OurEvents(), func(v any) string { return v.(chatkit.Event).EventType() })
	b.WriteString("\n## Updates of `thread.item.updated`\n")
	table(&b, "update", protocol.Update, chatkit.OurUpdates(), func(v any) string { return v.(chatkit.Update).UpdateType() })
	b.WriteString("\n## Items\n\n`hidden_context_item` and `sdk_hidden_context` have no types here: they are never sent to a client.\n")
	table(&b, "item", protocol.Item, chatkit.OurItems(), func(v any) string { return v.(chatkit.Item).ItemType() })
	return b.String()
}

func table(b *strings.Builder, what string, union *chatkit.Shape, rows []chatkit.Ours, name func(any) string) {
	fmt.Fprintf(b, "\n| %s | Go type | fields | made | kept |\n|---|---|---|---|---|\n", what)
	for _, row := range rows {
		shape, _ := union.Tagged(name(row.Of))
		fmt.Fprintf(b, "| `%s` | `%s` | %s | %s | %s |\n", name(row.Of), goType(row.Of), fields(shape), row.How, row.Kept)
	}
}

func goType(v any) string { return reflect.TypeOf(v).Name() }

// fields lists an object's fields.
func fields(shape *chatkit.Shape) string {
	if shape.Kind == chatkit.KindUnion {
		return "`" + strings.Join(shape.Tags(), "` or `") + "` " + shape.Name
	}
	if len(shape.Fields) == 0 {
		return "`{}`"
	}
	var names []string
	for _, field := range shape.Fields {
		name := field.Name
		if !field.Required {
			name += "?"
		}
		names = append(names, "`"+name+"`")
	}
	return strings.Join(names, " ")
}
