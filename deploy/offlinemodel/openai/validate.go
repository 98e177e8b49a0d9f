package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Limits of a request.
const (
	maxBody     = 16 << 20
	maxMessages = 2048
	maxTools    = 128
)

// Read reads and checks a request. Raw is the body as it came. The error is a *Fault, worded as the real API does.
func Read(r *http.Request) (request Request, raw []byte, err error) {
	raw, err = io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return Request{}, nil, NewFault(http.StatusBadRequest, "The body could not be read: "+err.Error())
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&request); err != nil {
		return Request{}, raw, NewFault(http.StatusBadRequest, "We could not parse the JSON body of your request: "+err.Error())
	}
	if fault := request.validate(); fault != nil {
		return request, raw, fault
	}
	return request, raw, nil
}

func (r Request) validate() *Fault {
	if r.Model == "" {
		return invalid("model", "missing_required_parameter", "you must provide a model parameter")
	}
	if r.StreamOptions != nil && !r.Stream {
		return invalid("stream_options", "", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	}
	if fault := r.validateTools(); fault != nil {
		return fault
	}
	return validateMessages(r.Messages)
}

// validateTools checks the tools on offer, and that tool_choice names one of them.
func (r Request) validateTools() *Fault {
	seen := map[string]bool{}
	for i, tool := range r.Tools {
		at := fmt.Sprintf("tools[%d]", i)
		name := tool.Function.Name
		switch {
		case i >= maxTools:
			return invalid("tools", "array_above_max_length", "Invalid 'tools': array too long, at most %d.", maxTools)
		case tool.Type != "function":
			return invalid(at+".type", "invalid_value", "Invalid value: '%s'. Supported values are: 'function'.", tool.Type)
		case !validName(name):
			return badName(at)
		case seen[name]:
			return invalid("tools", "invalid_value", "Tool names must be unique: '%s'.", name)
		case !isObjectSchema(tool.Function.Parameters):
			return invalid(at+".function.parameters", "invalid_function_parameters",
				"Invalid schema for function '%s': schema must be a JSON Schema of 'type: \"object\"'.", name)
		}
		seen[name] = true
	}
	return r.validateChoice(seen)
}

func (r Request) validateChoice(tools map[string]bool) *Fault {
	if len(r.ToolChoice) == 0 {
		return nil
	}
	mode, only := r.choice()
	switch {
	case len(r.Tools) == 0:
		return invalid("tool_choice", "", "'tool_choice' is only allowed when 'tools' are specified.")
	case mode == "" && only == "":
		return invalid("tool_choice", "invalid_value", "Invalid value for 'tool_choice'.")
	case mode != "" && mode != "none" && mode != "auto" && mode != "required":
		return invalid("tool_choice", "invalid_value", "Invalid value: '%s'. Supported values are: 'none', 'auto', and 'required'.", mode)
	case only != "" && !tools[only]:
		return invalid("tool_choice", "", "Tool choice 'function' not found in 'tools' parameter: '%s'.", only)
	}
	return nil
}

// isObjectSchema accepts no schema, or one of an object.
func isObjectSchema(schema json.RawMessage) bool {
	if len(schema) == 0 || bytes.Equal(schema, []byte("null")) {
		return true
	}
	var head struct {
		Type string `json:"type"`
	}
	return json.Unmarshal(schema, &head) == nil && head.Type == "object"
}

// validName holds the name of a tool to what the API allows: ^[a-zA-Z0-9_-]{1,64}$.
func validName(name string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	return name != "" && len(name) <= 64 && strings.Trim(name, allowed) == ""
}

func badName(at string) *Fault {
	return invalid(at+".function.name", "invalid_value", "Invalid '%s.function.name': string does not match pattern. "+
		"Expected a string that matches the pattern '^[a-zA-Z0-9_-]{1,64}$'.", at)
}
