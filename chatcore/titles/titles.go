package titles

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"taskpilot/chatcore/agent"
)

//go:embed prompt.md
var prompt string

// Limits of one request. MaxTokens is what the model may be asked for at most: enough for one that thinks before it speaks.
const (
	MaxTokens = 256
	maxSaid   = 2000 // characters of what was said that the model is shown
	maxReply  = 2000 // bytes of its reply that are read
)

// Titler makes titles. It keeps nothing and may be used by many at once.
type Titler struct{ model agent.Model }

// New makes a Titler of a model, which should be configured to give at most MaxTokens.
func New(model agent.Model) *Titler { return &Titler{model} }

// Errors of a model that gave no title.
var (
	errNoTitle = errors.New("the reply has no title in it")
	errTooMuch = errors.New("the reply is too long for a title")
)

// Title asks the model once for a title of what a person said first. It is one line of at most MaxLength characters. An
// error is an *agent.ModelError, a context's, or says that the reply is none; asking again is nobody's duty.
func (t *Titler) Title(ctx context.Context, said string) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var reply strings.Builder
	for piece, err := range t.model.Reply(ctx, agent.Prompt{
		System: prompt, Messages: []agent.PromptMessage{{Role: agent.RoleUser, Text: clipped(said, maxSaid)}},
	}) {
		if err != nil {
			return "", fmt.Errorf("asking for a title: %w", err)
		}
		switch piece := piece.(type) {
		case agent.Text:
			if reply.WriteString(string(piece)); reply.Len() > maxReply {
				return "", errTooMuch
			}
		case agent.Finished:
			if piece.Reason != "stop" {
				return "", fmt.Errorf("%w: it ended for %q", errNoTitle, piece.Reason)
			}
		}
	}
	title, ok := clean(reply.String())
	if !ok {
		return "", errNoTitle
	}
	return title, nil
}

// clipped keeps the first characters of a text.
func clipped(text string, most int) string {
	if len(text) <= most {
		return text
	}
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
