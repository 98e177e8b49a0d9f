package api

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"slices"
)

// audioKinds can be transcribed: what browsers record.
var audioKinds = []string{"audio/webm", "audio/mp4", "audio/ogg"}

// AudioKind gives what kind of audio a media type such as audio/webm;codecs=opus names; ok is false for all that can't be
// transcribed.
func AudioKind(mediaType string) (kind string, ok bool) {
	kind, _, err := mime.ParseMediaType(mediaType)
	return kind, err == nil && slices.Contains(audioKinds, kind)
}

// Transcription is what POST …/transcriptions answers. Text is empty where there are no words in the audio.
type Transcription struct {
	Text string `json:"text"`
}

// Transcribe gives the words in audio, whose media type is such as audio/webm;codecs=opus.
func (c *Client) Transcribe(ctx context.Context, who Caller, audio []byte, mediaType string) (Transcription, error) {
	return jsonCall[Transcription](ctx, c, call{
		who: who, method: http.MethodPost, path: "/transcriptions", raw: bytes.NewReader(audio), rawType: mediaType, timeout: c.options.Transcription})
}
