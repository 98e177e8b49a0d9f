package server_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A recording", func() {
	const heard = "POST /api/alice/transcriptions"

	var a *adapter
	BeforeEach(func() {
		a = newAdapter()
		a.options.MaxBody, a.options.MaxAudio = 1000, 200_000
	})

	dictate := func(ctx SpecContext, audio, mediaType string) *http.Response {
		GinkgoHelper()
		return a.post(ctx, fmt.Sprintf(`{"type":"input.transcribe","params":{"audio_base64":%q,"mime_type":%q}}`, audio, mediaType))
	}
	in64 := func(audio string) string { return base64.StdEncoding.EncodeToString([]byte(audio)) }

	DescribeTable("goes on as audio, and comes back as text",
		func(ctx SpecContext, mediaType string) {
			a.chat.on(heard, func(w http.ResponseWriter, r *http.Request) {
				Expect(r.Header.Get("Content-Type")).To(Equal(mediaType))
				answering(map[string]string{"text": "buy milk"})(w, r)
			})
			a.start()
			response := dictate(ctx, in64("\x1aE\xdf\xa3\x00 audio"), mediaType)
			Expect(response.StatusCode).To(Equal(http.StatusOK))
			Expect(object(response)).To(Equal(map[string]any{"text": "buy milk"}))
			Expect(a.chat.requests()[0].body).To(Equal("\x1aE\xdf\xa3\x00 audio"))
		},
		Entry(nil, "audio/webm;codecs=opus"), Entry(nil, "audio/mp4"), Entry(nil, "audio/ogg;codecs=opus"),
	)

	DescribeTable("may be longer than other requests, wherever its type stands",
		func(ctx SpecContext, form string) {
			a.chat.on(heard, answering(map[string]string{"text": "much"}))
			a.start()
			audio := in64(strings.Repeat("x", 200_000))
			Expect(object(a.post(ctx, fmt.Sprintf(form, audio)))).To(HaveKeyWithValue("text", "much"))
			Expect(a.chat.requests()[0].body).To(HaveLen(200_000))
		},
		Entry("first", `{"type":"input.transcribe","params":{"audio_base64":%q,"mime_type":"audio/mp4"}}`),
		Entry("last", `{"params":{"audio_base64":%q,"mime_type":"audio/mp4"},"type":"input.transcribe"}`),
	)

	DescribeTable("is refused before anybody hears it",
		func(ctx SpecContext, audio, mediaType string, status int, field string) {
			a.start()
			response := dictate(ctx, audio, mediaType)
			Expect(response.StatusCode).To(Equal(status))
			problem := object(response)
			if field != "" {
				Expect(problem).To(HaveKeyWithValue("field", field))
			}
			Expect(a.chat.requests()).To(BeEmpty())
		},
		Entry("when it is empty", "", "audio/mp4", 400, "params.audio_base64"),
		Entry("when it is no base64", "no base64!", "audio/mp4", 400, "params.audio_base64"),
		Entry("when its base64 is cut", "AAA", "audio/mp4", 400, "params.audio_base64"),
		Entry("when it is of another type", "AAAA", "audio/wav", 400, "params.mime_type"),
		Entry("when it is no audio", "AAAA", "text/html", 400, "params.mime_type"),
		Entry("when it has no type", "AAAA", "", 400, "params.mime_type"),
		Entry("when it is too large", in64(strings.Repeat("x", 200_001)), "audio/mp4", 413, "params.audio_base64"),
		Entry("when it is far too large", in64(strings.Repeat("x", 400_000)), "audio/mp4", 413, ""),
	)

	DescribeTable("does not make room for others",
		func(ctx SpecContext, form string) {
			a.start()
			response := a.post(ctx, fmt.Sprintf(form, strings.Repeat("x", 100_000)))
			Expect(response.StatusCode).To(Equal(http.StatusRequestEntityTooLarge))
			Expect(object(response)).To(HaveKeyWithValue("detail", ContainSubstring("1000 bytes")))
		},
		Entry("whose type stands first", `{"type":"threads.update","params":{"thread_id":"thr_7","title":%q}}`),
		Entry("whose type stands last", `{"params":{"thread_id":"thr_7","title":%q},"type":"threads.update"}`),
	)

	DescribeTable("without a text says so in words",
		func(ctx SpecContext, answer http.HandlerFunc, status int, code, words string) {
			a.chat.on(heard, answer)
			a.options.AudioTime = 300 * time.Millisecond
			a.start()
			response := dictate(ctx, "AAAA", "audio/mp4")
			Expect(response.StatusCode).To(Equal(status))
			Expect(object(response)).To(And(HaveKeyWithValue("code", code), HaveKeyWithValue("detail", ContainSubstring(words))))
			Expect(a.chat.count(heard)).To(Equal(1), "it is not sent twice")
		},
		Entry("where there is no transcription", refusing(501, "no_transcription", "Transcription is not available here."), 501, "no_transcription", "Please type your message."),
		Entry("where the chat service knows nothing of it", refusing(404, "not_found", "Nothing."), 501, "no_transcription", "can't be turned into text here"),
		Entry("where the method is none", refusing(405, "method_not_allowed", ""), 501, "no_transcription", "can't be turned into text here"),
		Entry("when it can't be read", refusing(400, "no_audio", "?"), 400, "no_audio", "could not be understood"),
		Entry("when it is too large there", refusing(413, "too_large", "Audio may have 10 bytes."), 413, "too_large", "10 bytes"),
		Entry("when the endpoint is down", refusing(502, "transcription_failed", "?"), 502, "transcription_failed", "right now"),
		Entry("when the endpoint is slow", refusing(504, "transcription_timeout", "?"), 504, "transcription_timeout", "too long"),
		Entry("when nobody answers in time", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}), 504, "transcription_timeout", "too long"),
		Entry("when chatcore is away", refusing(503, "unavailable", "?"), 503, "unavailable", "can't be reached"),
	)
})
