package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/storable"
)

// Codes of an Outcome that failed without a code of the tool's own, beside those of the agent.
const (
	CodeTooLarge = "too_large" // the result, or the arguments
	CodeInternal = "internal"  // the server failed at the call, and said so
)

// MaxResult is the largest result that is handed on, in bytes of JSON: the model reads all of it.
const MaxResult = 256 << 10

// maxSentence bounds what a server says of a failure, in characters.
const maxSentence = 1000

// code is what a failure's code looks like; anything else is not shown as one.
var code = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// said translates a result. What the tool said in a structure comes before what it said in words.
func said(result *mcp.CallToolResult) (agent.Outcome, error) {
	structure, err := structured(result)
	if err != nil {
		return agent.Outcome{}, err
	}
	words := text(result.Content)
	if result.IsError {
		return failure(structure, words), nil
	}
	if structure == nil {
		structure, err = marshal(map[string]string{"text": words})
		if err != nil {
			return agent.Outcome{}, err
		}
	}
	if len(structure) > MaxResult {
		return failed(CodeTooLarge, "The tool acted, but its result is too large to be read."), nil
	}
	return agent.Outcome{Result: structure}, nil
}

// structured gives the result's structure as JSON that a database takes; nil if it has none.
func structured(result *mcp.CallToolResult) (json.RawMessage, error) {
	if result.StructuredContent == nil {
		return nil, nil
	}
	return marshal(result.StructuredContent)
}

func marshal(value any) (json.RawMessage, error) {
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false) // a model reads this
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("writing a tool's result: %w", err)
	}
	clean, ok := storable.JSON(bytes.TrimSpace(written.Bytes()))
	if !ok {
		return nil, errors.New("a tool's result is no JSON")
	}
	return clean, nil
}

// text joins the words of a result; images and the like are left out.
func text(content []mcp.Content) string {
	var words []string
	for _, part := range content {
		if part, ok := part.(*mcp.TextContent); ok {
			words = append(words, part.Text)
		}
	}
	return storable.Text(strings.Join(words, "\n"))
}

// failure is a tool's own word that it failed: its code and sentence from the structure, else from the text.
func failure(structure json.RawMessage, words string) agent.Outcome {
	var told struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(structure, &told) != nil || !code.MatchString(told.Code) {
		told.Code = ""
	}
	sentence := told.Message
	if sentence == "" {
		sentence = words
	}
	if sentence == "" {
		sentence = "The tool failed and did not say why."
	}
	outcome := failed(told.Code, sentence)
	if structure != nil && len(structure) <= MaxResult {
		outcome.Result = structure
	}
	return outcome
}

// failed is a failure with a result made of its code and sentence.
func failed(code, sentence string) agent.Outcome {
	if runes := []rune(sentence); len(runes) > maxSentence {
		sentence = string(runes[:maxSentence]) + "…"
	}
	told := map[string]string{"message": sentence}
	if code != "" {
		told["code"] = code
	}
	result, err := marshal(told)
	if err != nil {
		result = json.RawMessage(`{}`)
	}
	return agent.Outcome{Failed: true, Code: code, Error: sentence, Result: result}
}

// refusal translates an error that is an answer: the server took the call in and would not do it.
func refusal(tool string, err error) (agent.Outcome, bool) {
	var f *fault
	if errors.As(err, &f) {
		if f.tooLarge && f.status != 0 {
			return failed(CodeTooLarge, "The arguments are too large for the tool."), true
		}
		if f.tooLarge {
			return failed(CodeTooLarge, "The tool's result is too large to be read. It may have acted."), true
		}
		return agent.Outcome{}, false
	}
	if !answered(err) {
		return agent.Outcome{}, false
	}
	var answer *jsonrpc.Error
	errors.As(err, &answer)
	unknown := fmt.Sprintf("There is no tool called %q.", tool)
	switch {
	case answer.Code == jsonrpc.CodeMethodNotFound: // a server without any tool
		return failed(agent.CallUnknownTool, unknown), true
	case answer.Code == jsonrpc.CodeInvalidParams && strings.HasPrefix(strings.ToLower(answer.Message), "unknown tool"):
		// The specification has no code of its own for it, but gives these words.
		return failed(agent.CallUnknownTool, unknown), true
	case answer.Code == jsonrpc.CodeInvalidParams:
		return failed(agent.CallInvalidArguments, storable.Text("The tool refused the arguments: "+answer.Message)), true
	}
	return failed(CodeInternal, "The tool failed unexpectedly."), true // the server's own words may be a raw error
}
