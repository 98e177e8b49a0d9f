package model

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"github.com/sashabaranov/go-openai"

	"taskpilot/chatcore/agent"
)

// Config says which model is asked, and how patiently. A zero value takes the default beside it.
type Config struct {
	BaseURL string // https://api.openai.com/v1
	APIKey  string // empty: no Authorization header
	Model   string // asked when a prompt names none

	MaxCompletionTokens int           // no limit but the model's own
	IdleTimeout         time.Duration // 60 s: how long the endpoint may send nothing, not even a comment

	Client *http.Client     // without a Timeout, which would cut long replies; nil: one of its own
	Log    *slog.Logger     // none
	Clock  func() time.Time // time.Now; reads a Retry-After that is a date
}

// How long a reply that is whole may hold the turn up: for the token counts that follow it, and for the end of the
// response, so that the connection can be used again.
const (
	usagePatience = 3 * time.Second
	endPatience   = 50 * time.Millisecond
)

// Model is one endpoint and its default model. It is safe for concurrent use.
type Model struct{ config Config }

var _ agent.Model = (*Model)(nil)

// New makes a Model. It connects when it is first asked.
func New(config Config) *Model {
	if config.IdleTimeout <= 0 {
		config.IdleTimeout = time.Minute
	}
	if config.Client == nil {
		config.Client = &http.Client{}
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	return &Model{config: config}
}

// Reply implements agent.Model. The request leaves when the range begins; each pull reads no further than the next piece,
// so a slow reader slows the endpoint down. Breaking out of the range or cancelling ctx ends the request.
func (m *Model) Reply(ctx context.Context, prompt agent.Prompt) iter.Seq2[agent.Piece, error] {
	return func(yield func(agent.Piece, error) bool) {
		ask, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		sender := &sender{config: m.config, model: prompt.Model, idle: newIdle(m.config.IdleTimeout, cancel)}
		if sender.model == "" {
			sender.model = m.config.Model
		}
		defer sender.close()
		started := time.Now()
		finished, more, err := m.stream(ask, sender, prompt, yield)
		if err != nil {
			yield(nil, m.failure(ctx, ask, sender, err))
			return
		}
		if !more {
			return
		}
		m.config.Log.DebugContext(ctx, "the model replied", "model", sender.model, "reason", finished.Reason,
			"calls", len(finished.Calls), "prompt_tokens", finished.Usage.PromptTokens,
			"completion_tokens", finished.Usage.CompletionTokens, "took", time.Since(started))
		yield(finished, nil)
		sender.drain()
	}
}

// stream asks, and hands on text until the reply is whole. more is false when the reader has heard enough.
func (m *Model) stream(ctx context.Context, sender *sender, prompt agent.Prompt, yield func(agent.Piece, error) bool) (
	finished agent.Finished, more bool, err error) {
	request, err := m.request(prompt)
	if err != nil {
		return finished, false, err
	}
	stream, err := m.client(sender).CreateChatCompletionStream(ctx, request)
	if err != nil {
		return finished, false, err
	}
	var said reply
	for {
		line, err := stream.RecvRaw()
		if err != nil {
			return said.end(err)
		}
		text, err := said.add(line)
		if err != nil {
			return finished, false, err
		}
		if text != "" && !yield(agent.Text(text), nil) {
			return finished, false, nil
		}
		if said.whole() {
			sender.idle.lower(usagePatience)
		}
	}
}

func (m *Model) client(sender *sender) *openai.Client {
	config := openai.DefaultConfig(m.config.APIKey)
	if m.config.BaseURL != "" {
		config.BaseURL = m.config.BaseURL
	}
	config.HTTPClient = sender
	config.EmptyMessagesLimit = maxStream // in lines: the limit in bytes is reached before
	return openai.NewClientWithConfig(config)
}

// end judges what came when no more comes. A whole reply is not spoiled by what happens after its finish_reason.
func (r *reply) end(err error) (finished agent.Finished, more bool, _ error) {
	if r.whole() {
		finished, err := r.finish()
		return finished, err == nil, err
	}
	if errors.Is(err, io.EOF) {
		return finished, false, errEnded
	}
	return finished, false, err
}
