package model_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/model"
)

var _ = Describe("A transcription", func() {
	// endpoint answers with a handler; the Transcriber asks it.
	endpoint := func(handler http.HandlerFunc) *model.Transcriber {
		GinkgoHelper()
		server := httptest.NewServer(handler)
		DeferCleanup(server.Close)
		return model.NewTranscriber(model.Config{BaseURL: server.URL + "/v1", APIKey: key, Model: "whisper-1"})
	}
	answering := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}

	DescribeTable("sends the audio as a file with its type",
		func(ctx SpecContext, mediaType, file string) {
			type sent struct {
				name, kind, content string
			}
			var parts map[string]sent
			transcriber := endpoint(func(w http.ResponseWriter, r *http.Request) {
				defer GinkgoRecover()
				Expect(r.URL.Path).To(Equal("/v1/audio/transcriptions"))
				Expect(r.Header.Get("Authorization")).To(Equal("Bearer " + key))
				_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
				Expect(err).NotTo(HaveOccurred())
				parts = map[string]sent{}
				for form := multipart.NewReader(r.Body, parameters["boundary"]); ; {
					part, err := form.NextPart()
					if errors.Is(err, io.EOF) {
						break
					}
					Expect(err).NotTo(HaveOccurred())
					content, err := io.ReadAll(part)
					Expect(err).NotTo(HaveOccurred())
					parts[part.FormName()] = sent{part.FileName(), part.Header.Get("Content-Type"), string(content)}
				}
				answering(200, "application/json", `{"text":"buy milk\u0000"}`)(w, r)
			})
			Expect(transcriber.Transcribe(ctx, []byte("\x1aE\xdf\xa3 audio"), mediaType)).To(Equal("buy milk\uFFFD"))
			Expect(parts).To(Equal(map[string]sent{
				"file": {file, mediaType, "\x1aE\xdf\xa3 audio"}, "model": {content: "whisper-1"}, "response_format": {content: "json"},
			}))
		},
		Entry(nil, "audio/webm;codecs=opus", "speech.webm"),
		Entry(nil, "audio/mp4", "speech.mp4"),
		Entry(nil, "audio/ogg;codecs=opus", "speech.ogg"),
	)

	It("may have no words", func(ctx SpecContext) {
		Expect(endpoint(answering(200, "application/json", `{"text":""}`)).Transcribe(ctx, []byte("x"), "audio/mp4")).To(BeEmpty())
	})

	DescribeTable("that fails says why",
		func(ctx SpecContext, status int, body, code string) {
			kind := "text/html"
			if strings.HasPrefix(body, "{") {
				kind = "application/json"
			}
			_, err := endpoint(answering(status, kind, body)).Transcribe(ctx, []byte("x"), "audio/mp4")
			var fault *agent.ModelError
			Expect(err).To(BeAssignableToTypeOf(fault))
			Expect(err).To(HaveField("Code", code))
			Expect(err.Error()).NotTo(ContainSubstring(key))
			if status/100 != 2 {
				Expect(err).To(HaveField("RetryAfter", 3*time.Second))
			}
		},
		Entry("where there is none", 404, `{"error":{"message":"Unknown request URL","type":"invalid_request_error"}}`, agent.ModelAbsent),
		Entry("where there is none, in a page", 404, `<h1>Not found</h1>`, agent.ModelAbsent),
		Entry("where the method is none", 405, ``, agent.ModelAbsent),
		Entry("where it is not built yet", 501, ``, agent.ModelAbsent),
		Entry("of no audio", 400, `{"error":{"message":"Invalid file format."}}`, agent.ModelNoAudio),
		Entry("of too much audio", 413, ``, agent.ModelNoAudio),
		Entry("of audio of another type", 415, ``, agent.ModelNoAudio),
		Entry("without a key", 401, `{"error":{"message":"Incorrect API key provided: sk-a-very-secret-key"}}`, agent.ModelRefused),
		Entry("with an empty purse", 429, `{"error":{"message":"Pay.","type":"insufficient_quota","code":"insufficient_quota"}}`, agent.ModelRefused),
		Entry("under load", 429, `{"error":{"message":"Slow down."}}`, agent.ModelOverloaded),
		Entry("in the endpoint", 500, `oops`, agent.ModelUnreachable),
		Entry("with a page for an answer", 200, `<h1>Welcome</h1>`, agent.ModelInvalid),
		Entry("with an endless answer", 200, `{"text":"`+strings.Repeat("a", 2<<20)+`"}`, agent.ModelInvalid),
		Entry("with nothing", 200, ``, agent.ModelInvalid),
	)

	It("of audio that is none is not sent", func(ctx SpecContext) {
		_, err := endpoint(func(http.ResponseWriter, *http.Request) { Fail("it was sent") }).Transcribe(ctx, []byte("x"), "audio/wav")
		Expect(err).To(HaveField("Code", agent.ModelNoAudio))
	})

	It("that nobody answers says so", func(ctx SpecContext) {
		_, err := model.NewTranscriber(model.Config{BaseURL: "http://127.0.0.1:1/v1", Model: "whisper-1"}).Transcribe(ctx, []byte("x"), "audio/mp4")
		Expect(err).To(HaveField("Code", agent.ModelUnreachable))
	})

	It("takes as long as its caller waits", func(ctx SpecContext) {
		transcriber := endpoint(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		})
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		_, err := transcriber.Transcribe(short, []byte("x"), "audio/mp4")
		Expect(err).To(MatchError(context.DeadlineExceeded))
	})
})
