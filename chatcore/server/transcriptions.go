package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
)

// Transcriber gives the words in audio. Its errors are *agent.ModelError, or the context's.
type Transcriber interface {
	Transcribe(ctx context.Context, audio []byte, mediaType string) (string, error)
}

// transcribe turns audio, which is the body as it is, into text.
func (s *Server) transcribe(c echo.Context) error {
	if s.Transcriber == nil {
		return noTranscription(nil)
	}
	mediaType := c.Request().Header.Get("Content-Type")
	if _, ok := api.AudioKind(mediaType); !ok {
		return serving.Problem{
			Status: http.StatusUnsupportedMediaType, Code: "unsupported_audio", Detail: "Send audio/webm, audio/mp4 or audio/ogg.",
		}
	}
	audio, err := s.readAudio(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), s.Config.AudioTime)
	defer cancel()
	text, err := s.Transcriber.Transcribe(ctx, audio, mediaType)
	if err != nil {
		return transcriptionProblem(err)
	}
	return c.JSON(http.StatusOK, api.Transcription{Text: text})
}

func (s *Server) readAudio(c echo.Context) ([]byte, error) {
	audio, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, int64(s.Config.MaxAudio)))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, serving.Problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Detail: fmt.Sprintf("Audio may have %d bytes.", tooLarge.Limit)}
	case err != nil:
		return nil, serving.Problem{Status: http.StatusBadRequest, Code: "unreadable", Detail: "The body could not be read to its end.", Cause: err}
	case len(audio) == 0:
		return nil, serving.Problem{Status: http.StatusBadRequest, Code: "no_audio", Detail: "The body is empty: send audio."}
	}
	return audio, nil
}

func noTranscription(cause error) error {
	return serving.Problem{
		Status: http.StatusNotImplemented, Code: "no_transcription", Detail: "Transcription is not available here.", Cause: cause,
	}
}

// transcriptionProblem says why there is no text. Nothing of it is kept: the caller may try again.
func transcriptionProblem(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return serving.Problem{Status: http.StatusGatewayTimeout, Code: "transcription_timeout", Detail: "The transcription took too long.", Cause: err}
	}
	var fault *agent.ModelError
	if !errors.As(err, &fault) {
		return err
	}
	switch fault.Code {
	case agent.ModelAbsent:
		return noTranscription(err)
	case agent.ModelNoAudio:
		return serving.Problem{Status: http.StatusBadRequest, Code: "no_audio", Detail: "The model's endpoint can't read this audio.", Cause: err}
	case agent.ModelOverloaded:
		return serving.Problem{
			Status: http.StatusServiceUnavailable, Code: "transcription_overloaded", Detail: "The model's endpoint is overloaded. Try again in a moment.",
			RetryAfter: fault.RetryAfter, Cause: err,
		}
	}
	return serving.Problem{
		Status: http.StatusBadGateway, Code: "transcription_failed", Detail: "The model's endpoint did not transcribe this. Try again in a moment.", Cause: err,
	}
}
