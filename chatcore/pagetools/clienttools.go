package pagetools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

// Limits of a declaration.
const (
	maxDescription = 2000     // characters
	maxSchema      = 16 << 10 // bytes
)

var clientToolName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// anyObject is the schema of a tool that was declared without one.
const anyObject = `{"type":"object"}`

// Read reads the client tools of a configuration file: a JSON list of {name, description, schema?}.
func Read(file []byte) ([]agent.PageTool, error) {
	var declared []api.ClientTool
	decoder := json.NewDecoder(bytes.NewReader(file))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&declared); err != nil {
		return nil, fmt.Errorf("it must be a JSON list of {name, description, schema}: %w", err)
	}
	return ClientTools(declared)
}

// ClientTools makes tools of declarations. The error is a sentence that names the one that does not fit.
func ClientTools(declared []api.ClientTool) ([]agent.PageTool, error) {
	if len(declared) > api.MaxClientTools {
		return nil, fmt.Errorf("there may be at most %d client tools, not %d", api.MaxClientTools, len(declared))
	}
	names := map[string]bool{AskPerson: true}
	tools := make([]agent.PageTool, 0, len(declared))
	for i, declaration := range declared {
		if !clientToolName.MatchString(declaration.Name) {
			return nil, fmt.Errorf("the name of client tool %d must have 1 to 64 letters, digits, _ or -", i+1)
		}
		if names[declaration.Name] {
			return nil, fmt.Errorf("the name %q is taken", declaration.Name)
		}
		names[declaration.Name] = true
		tool, err := clientTool(declaration)
		if err != nil {
			return nil, fmt.Errorf("client tool %q: %w", declaration.Name, err)
		}
		tools = append(tools, tool)
	}
	return tools, nil
}

func clientTool(declaration api.ClientTool) (agent.PageTool, error) {
	tool := agent.PageTool{
		Tool: agent.Tool{Name: declaration.Name, Description: declaration.Description, Schema: declaration.Schema},
		For:  api.ForClientTool,
		Words: func(json.RawMessage) string {
			return fmt.Sprintf("I'm waiting for your page to do this: %s.", declaration.Name)
		},
	}
	if n := utf8.RuneCountInString(declaration.Description); strings.TrimSpace(declaration.Description) == "" || n > maxDescription {
		return tool, fmt.Errorf("the description must have 1 to %d characters", maxDescription)
	}
	if len(tool.Schema) == 0 || string(tool.Schema) == "null" {
		tool.Schema = json.RawMessage(anyObject)
	}
	resolved, err := objectSchema(tool.Schema)
	if err != nil {
		return tool, err
	}
	tool.Schema = compacted(tool.Schema)
	tool.Check = func(arguments json.RawMessage) error { return fits(resolved, arguments) }
	return tool, nil
}

// objectSchema reads the schema of an object. References leave the schema nowhere: there is no loader.
func objectSchema(text json.RawMessage) (*jsonschema.Resolved, error) {
	if len(text) > maxSchema {
		return nil, fmt.Errorf("the schema may have at most %d bytes", maxSchema)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		return nil, errors.New("the schema is no JSON schema")
	}
	if schema.Type != "object" {
		return nil, errors.New(`the schema's type must be "object"`)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		return nil, errors.New("the schema is no JSON schema that can be used by itself")
	}
	return resolved, nil
}

// fits says in a sentence for the model what of the arguments does not fit.
func fits(schema *jsonschema.Resolved, arguments json.RawMessage) error {
	var value any
	if err := json.Unmarshal(arguments, &value); err != nil {
		return errors.New("the arguments are no JSON")
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("the arguments do not fit the tool's schema: %w", err)
	}
	return nil
}

func compacted(text []byte) json.RawMessage {
	var compact bytes.Buffer
	if json.Compact(&compact, text) != nil {
		return text
	}
	return compact.Bytes()
}
