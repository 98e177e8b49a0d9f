package tools

import (
	"encoding/json"

	"github.com/google/jsonschema-go/jsonschema"

	"taskpilot/toolserver/tasks"
)

// property is one member of an object, in the order in which it is listed.
type property struct {
	name     string
	required bool
	schema   *jsonschema.Schema
}

func required(name string, schema *jsonschema.Schema) property {
	return property{name: name, required: true, schema: schema}
}

func optional(name string, schema *jsonschema.Schema) property {
	return property{name: name, schema: schema}
}

// input is the schema of arguments: one that is not listed is refused.
func input(properties ...property) *jsonschema.Schema {
	schema := object(properties...)
	schema.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}} // told as false
	return schema
}

// object is an open object: members may come to it without breaking who checks it.
func object(properties ...property) *jsonschema.Schema {
	schema := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}}
	for _, p := range properties {
		schema.Properties[p.name] = p.schema
		schema.PropertyOrder = append(schema.PropertyOrder, p.name)
		if p.required {
			schema.Required = append(schema.Required, p.name)
		}
	}
	return schema
}

// title is a text of 1 to tasks.MaxTitle characters.
func title(description string) *jsonschema.Schema {
	least, most := 1, tasks.MaxTitle
	return &jsonschema.Schema{Type: "string", Description: description, MinLength: &least, MaxLength: &most}
}

// words is a text of at most tasks.MaxDescription characters.
func words(description string) *jsonschema.Schema {
	most := tasks.MaxDescription
	return &jsonschema.Schema{Type: "string", Description: description, MaxLength: &most}
}

func boolean(description string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "boolean", Description: description}
}

func whole53(description string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Description: description}
}

func statusSchema(description string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Description: description,
		Enum: []any{tasks.All, tasks.Pending, tasks.Completed}}
}

func taskID() *jsonschema.Schema {
	return whole53("The task's id, as the tools give it. Never guess it: find the task by its name first.")
}

// taskProperties are the members of a task.
func taskProperties() []property {
	moment := func(description string) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "string", Format: "date-time", Description: description}
	}
	return []property{
		required("task_id", whole53("Names the task in other calls.")),
		required("title", title("What is to be done.")),
		optional("description", words("More about it.")),
		required("completed", boolean("Whether it is done.")),
		required("created_at", moment("When the task was added.")),
		required("updated_at", moment("When the task was last changed.")),
	}
}

// result is what a tool's structured content may be: the members of an answer, or those of a failure. It has one list
// of members and two sets of required ones, because clients check failures against it too.
func result(properties ...property) *jsonschema.Schema {
	answer := object(properties...)
	schema := object(append(properties, failureProperties(answer)...)...)
	schema.Required = nil
	schema.AnyOf = []*jsonschema.Schema{
		{Title: "Answer", Required: answer.Required},
		{Title: "Failure", Required: []string{"code", "message"}},
	}
	return schema
}

// failureProperties are the members of a failure that an answer does not have anyway.
func failureProperties(answer *jsonschema.Schema) []property {
	array := func(of *jsonschema.Schema, description string) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "array", Items: of, Description: description}
	}
	candidate := object(taskProperties()[0], taskProperties()[1], taskProperties()[3])
	all := []property{
		optional("code", &jsonschema.Schema{Type: "string", Description: "Why the call failed.", Enum: []any{
			tasks.CodeNotFound, tasks.CodeAmbiguous, tasks.CodeInvalid, tasks.CodeNothingToChange, tasks.CodeKeyReused,
			tasks.CodeInternal}}),
		optional("message", &jsonschema.Schema{Type: "string", Description: "The same as a sentence to act on."}),
		optional("field", &jsonschema.Schema{Type: "string", Description: "The argument that is wrong."}),
		optional("limit", &jsonschema.Schema{Type: "integer", Description: "How many characters it may have."}),
		optional("task_id", whole53("The id that was asked for.")),
		optional("name", &jsonschema.Schema{Type: "string", Description: "The name that was asked for."}),
		optional("matches", &jsonschema.Schema{Type: "integer", Description: "How many tasks match the name."}),
		optional("candidates", array(candidate, "The newest of the tasks that match the name.")),
	}
	var missing []property
	for _, p := range all {
		if _, there := answer.Properties[p.name]; !there {
			missing = append(missing, p)
		}
	}
	return missing
}

// fallback tells what an argument is taken for when it is left out.
func fallback(schema *jsonschema.Schema, value json.RawMessage) *jsonschema.Schema {
	schema.Default = value
	return schema
}
