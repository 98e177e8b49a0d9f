package openai

import (
	"strings"
	"unicode/utf8"
)

// Reply is what a model answers: words, tool calls, or both.
type Reply struct {
	Text  string
	Calls []Call
}

// FinishReason is why the reply ended, as the wire says it.
func (r Reply) FinishReason() string {
	if len(r.Calls) > 0 {
		return "tool_calls"
	}
	return "stop"
}

// Responder answers a request. It is called from many goroutines at once.
type Responder func(Request) Reply

// Usage counts tokens. Here they are estimated: four bytes are one token.
type Usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`
}

const bytesPerToken = 4

// Estimate counts the tokens of a request and its reply.
func Estimate(request Request, reply Reply) Usage {
	prompt := 0
	for _, message := range request.Messages {
		prompt += tokens(message.Content.Text)
		prompt += callTokens(message.ToolCalls)
	}
	completion := tokens(reply.Text) + callTokens(reply.Calls)
	return Usage{PromptTokens: prompt, CompletionTokens: completion, TotalTokens: prompt + completion}
}

func callTokens(calls []Call) int {
	sum := 0
	for _, call := range calls {
		sum += tokens(call.Function.Name) + tokens(call.Function.Arguments)
	}
	return sum
}

func tokens(text string) int { return (len(text) + bytesPerToken - 1) / bytesPerToken }

// Words cuts a text into pieces as a model streams it: each word with the white space before it. Together they are the
// text again.
func Words(text string) []string {
	var pieces []string
	for len(text) > 0 {
		rest := strings.TrimLeft(text, " \n\t")
		end := strings.IndexAny(rest, " \n\t")
		if end < 0 || rest == "" {
			return append(pieces, text)
		}
		end += len(text) - len(rest)
		pieces = append(pieces, text[:end])
		text = text[end:]
	}
	return pieces
}

// Split cuts a text into pieces of some characters each. It never cuts a character. Together they are the text again.
func Split(text string, characters int) []string {
	var pieces []string
	for len(text) > 0 {
		end := 0
		for n := 0; n < characters && end < len(text); n++ {
			_, size := utf8.DecodeRuneInString(text[end:])
			end += size
		}
		pieces = append(pieces, text[:end])
		text = text[end:]
	}
	return pieces
}
