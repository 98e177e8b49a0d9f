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

// object is a closed object: an argument that is not listed is refused.
func object(properties ...property) *jsonschema.Schema {
	schema := &jsonschema.Schema{
		Type:                 "object",
		Properties:           map[string]*jsonschema.Schema{},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}, // told as false
	}
	for _, p := range properties {
		schema.Properties[p.name] = p.schema
		schema.PropertyOrder = append(schema.PropertyOrder, p.name)
		if p.required {
			schema.Required = append(schema.Required, p.name)
		}
	}
	return schema
}

func text(description string, limit int) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Description: description, MaxLength: &limit}
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
		required("title", text("What is to be done.", tasks.MaxTitle)),
		optional("description", text("More about it.", tasks.MaxDescription)),
		required("completed", boolean("Whether it is done.")),
		required("created_at", moment("When the task was added.")),
		required("updated_at", moment("When the task was last changed.")),
	}
}

// result is what a tool's structured content may be: the members of an answer, or those of a failure. It is one open
// list of members with two sets of required ones, because clients check failures against it too.
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
