package settingsfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// maxFile is the most bytes of a file of settings: far more than anybody writes.
const maxFile = 1 << 20

// Read reads the file into a value that json.Unmarshal fills. The error names every fault by its place, one a line.
func Read(path string, schema []byte, into any) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	if len(raw) > maxFile {
		return fmt.Errorf("%s is larger than %d KiB", path, maxFile>>10)
	}
	if err := Parse(raw, schema, into); err != nil {
		return fmt.Errorf("%s cannot be used:\n%w", path, err)
	}
	return nil
}

// Parse does the same with what stands in a file.
func Parse(raw, schema []byte, into any) error {
	var value any
	if err := yaml.Unmarshal(raw, &value); err != nil {
		return fmt.Errorf("it is neither YAML nor JSON: %w", err)
	}
	if value == nil {
		value = map[string]any{} // an empty file, or comments only
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("it is no JSON: %w", err)
	}
	if err := check(encoded, schema); err != nil {
		return err
	}
	return json.Unmarshal(encoded, into)
}

const schemaURL = "schema.json"

// check holds JSON to a schema.
func check(encoded, schema []byte) error {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schemaURL, document); err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	compiled, err := compiler.Compile(schemaURL)
	if err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		return err
	}
	var invalid *jsonschema.ValidationError
	if err := compiled.Validate(value); errors.As(err, &invalid) {
		return faults(invalid)
	} else if err != nil {
		return err
	}
	return nil
}

// faults are the innermost causes, each with its place.
func faults(invalid *jsonschema.ValidationError) error {
	english := message.NewPrinter(language.English)
	var all []string
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			walk(cause)
		}
		if len(e.Causes) == 0 {
			place := strings.Join(e.InstanceLocation, ".")
			if place == "" {
				place = "the file"
			}
			all = append(all, place+": "+e.ErrorKind.LocalizedString(english))
		}
	}
	walk(invalid)
	slices.Sort(all)
	return errors.New(strings.Join(slices.Compact(all), "\n"))
}
