package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/storable"
)

// Transcriber asks an endpoint for the words in audio (POST /audio/transcriptions). It is safe for concurrent use.
type Transcriber struct{ config Config }

// NewTranscriber makes a Transcriber. The configuration's model is the one for audio; its IdleTimeout is not used.
func NewTranscriber(config Config) *Transcriber { return &Transcriber{New(config).config} }

// Transcribe gives the words in audio of a type that api.AudioKind knows; no words when there are none in it. The audio is
// in memory as a whole, twice. An error is a *agent.ModelError, or the context's.
func (t *Transcriber) Transcribe(ctx context.Context, audio []byte, mediaType string) (string, error) {
	kind, ok := api.AudioKind(mediaType)
	if !ok {
		return "", &agent.ModelError{Code: agent.ModelNoAudio, Err: fmt.Errorf("no audio is of type %q", mediaType)}
	}
	doer := &listener{config: t.config}
	config := openai.DefaultConfig(t.config.APIKey)
	if t.config.BaseURL != "" {
		config.BaseURL = t.config.BaseURL
	}
	config.HTTPClient = doer
	answer, err := openai.NewClientWithConfig(config).CreateTranscription(ctx, openai.AudioRequest{
		Model: t.config.Model, Reader: speech{bytes.NewReader(audio), mediaType}, Format: openai.AudioResponseFormatJSON,
		FilePath: "speech." + strings.TrimPrefix(kind, "audio/"), // endpoints go by its ending
	})
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("transcribing: %w", ctx.Err())
	case err != nil:
		return "", &agent.ModelError{Code: doer.code(err), RetryAfter: doer.retryAfter, Err: t.config.cause(err)}
	}
	return storable.Text(answer.Text), nil
}

// speech is audio that knows its type, which go-openai puts into the form.
type speech struct {
	*bytes.Reader
	mediaType string
}

// ContentType is the part's.
func (s speech) ContentType() string { return s.mediaType }

// listener is the HTTPDoer of one transcription. It knows what go-openai hides.
type listener struct {
	config     Config
	status     int // 0 until the endpoint answers
	retryAfter time.Duration
}

// Do implements openai.HTTPDoer.
func (l *listener) Do(request *http.Request) (*http.Response, error) {
	response, err := l.config.Client.Do(request)
	if err != nil {
		return nil, err
	}
	l.status = response.StatusCode
	if l.status/100 != 2 {
		l.retryAfter = retryAfter(response.Header, l.config.Clock)
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, maxLine), response.Body} // what is longer is no answer, and does not parse
	return response, nil
}

// code judges an error by what the endpoint answered.
func (l *listener) code(err error) string {
	var fault *openai.APIError
	switch {
	case l.status == 0:
		return agent.ModelUnreachable
	case l.status/100 == 2:
		return agent.ModelInvalid // an answer, and none that go-openai can read
	case l.status == http.StatusNotFound, l.status == http.StatusMethodNotAllowed, l.status == http.StatusNotImplemented:
		return agent.ModelAbsent
	case l.status == http.StatusBadRequest, l.status == http.StatusRequestEntityTooLarge,
		l.status == http.StatusUnsupportedMediaType, l.status == http.StatusUnprocessableEntity:
		return agent.ModelNoAudio
	case errors.As(err, &fault):
		return apiCode(fault)
	default:
		return statusCode(l.status)
	}
}
