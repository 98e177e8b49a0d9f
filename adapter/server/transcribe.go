package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// maxRecording is the most bytes of a request with a recording, which is written in base64.
func (o Options) maxRecording() int64 {
	return 64<<10 + int64(base64.StdEncoding.EncodedLen(o.MaxAudio))
}

// transcribe turns a recording into text.
func (s *Server) transcribe(ctx context.Context, who tokens.Identity, r chatkit.Transcribe) (any, error) {
	if _, ok := api.AudioKind(r.MIMEType); !ok {
		return nil, badRequest(&chatkit.RequestError{Field: "params.mime_type", Message: "must be audio/webm;codecs=opus, audio/mp4 or audio/ogg;codecs=opus"})
	}
	audio, err := base64.StdEncoding.DecodeString(r.AudioBase64)
	switch {
	case err != nil:
		return nil, badRequest(&chatkit.RequestError{Field: "params.audio_base64", Message: "is not base64"})
	case len(audio) == 0:
		return nil, badRequest(&chatkit.RequestError{Field: "params.audio_base64", Message: "must not be empty"})
	case len(audio) > s.options.MaxAudio:
		return nil, serving.Problem{
			Status: http.StatusRequestEntityTooLarge, Code: "too_large", Field: "params.audio_base64",
			Detail: fmt.Sprintf("A recording may have at most %d bytes.", s.options.MaxAudio),
		}
	}
	heard, err := s.options.Chat.Transcribe(ctx, who, audio, r.MIMEType)
	if err != nil {
		return nil, s.transcriptionProblem(who, err)
	}
	return chatkit.Transcription{Text: heard.Text}, nil
}

// transcriptionProblem says in the reader's words why a recording has no text.
func (s *Server) transcriptionProblem(who tokens.Identity, err error) error {
	words := s.words
	if errors.Is(err, context.DeadlineExceeded) {
		return serving.Problem{Status: http.StatusGatewayTimeout, Code: "transcription_timeout", Detail: words.TranscriptionSlow(), Cause: err}
	}
	var problem *api.Problem
	if !errors.As(err, &problem) {
		return s.problem(who, err)
	}
	worded := serving.Problem{Status: problem.Status, Code: problem.Code, RetryAfter: problem.RetryAfter, Cause: err}
	switch problem.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented: // a chat service may know nothing of it
		worded.Status, worded.Code, worded.Detail = http.StatusNotImplemented, "no_transcription", words.NoTranscription()
	case http.StatusBadRequest:
		worded.Field, worded.Detail = "params.audio_base64", words.NoSpeech()
	case http.StatusRequestEntityTooLarge:
		worded.Field, worded.Detail = "params.audio_base64", problem.Detail
	case http.StatusGatewayTimeout:
		worded.Detail = words.TranscriptionSlow()
	case http.StatusBadGateway:
		worded.Detail = words.NotTranscribed()
	default:
		return s.problem(who, err)
	}
	return worded
}
