package e2e_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
)

// ear is an endpoint that takes audio as OpenAI's does, and hears what a spec says.
type ear struct {
	mu     sync.Mutex
	heard  []recording
	answer func(w http.ResponseWriter, r *http.Request)
}

// recording is what reached the endpoint.
type recording struct{ Authorization, Model, File, Kind, Audio string }

func (e *ear) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r.URL.Path != "/v1/audio/transcriptions" {
		http.NotFound(w, r)
		return
	}
	came := recording{Authorization: r.Header.Get("Authorization"), Model: r.FormValue("model")}
	if file, header, err := r.FormFile("file"); err == nil {
		audio, _ := io.ReadAll(file)
		came.File, came.Kind, came.Audio = header.Filename, header.Header.Get("Content-Type"), string(audio)
	}
	e.heard = append(e.heard, came)
	e.answer(w, r)
}

// answers sets what comes next, and forgets what came.
func (e *ear) answers(status int, body string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = nil
	e.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (e *ear) recordings() []recording {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]recording{}, e.heard...)
}

var _ = Describe("Dictation", Ordered, func() {
	var (
		at       *stack.Stack
		endpoint *ear
		server   *httptest.Server
		page     wire.Page
	)
	BeforeAll(func(ctx SpecContext) {
		endpoint = &ear{}
		server = httptest.NewServer(endpoint)
		DeferCleanup(server.Close)
		dir, err := os.MkdirTemp("", "tp-e2e-")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(os.RemoveAll, dir)
		at, err = launcher.Start(ctx, dir+"/data", "OPENAI_BASE_URL="+server.URL+"/v1", "OPENAI_API_KEY=sk-secret",
			"TRANSCRIPTION_MODEL=whisper-1", "TRANSCRIPTION_TIME=1s", "TRANSCRIPTION_MAX_BYTES=1000000")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { Expect(at.Stop()).To(Succeed()) })
	})
	BeforeEach(func(ctx SpecContext) {
		endpoint.answers(200, `{"text":"Add a task to buy milk"}`)
		page = pageAt(ctx, at, newUser("dora"))
	})
	dictate := func(ctx context.Context, audio, kind string) (wire.Object, error) {
		return page.Call(ctx, "input.transcribe", wire.Object{"audio_base64": base64.StdEncoding.EncodeToString([]byte(audio)), "mime_type": kind})
	}

	DescribeTable("becomes text", func(ctx SpecContext, kind, file string) {
		Expect(dictate(ctx, "\x1aE\xdf\xa3 audio", kind)).To(Equal(wire.Object{"text": "Add a task to buy milk"}))
		Expect(endpoint.recordings()).To(Equal([]recording{{"Bearer sk-secret", "whisper-1", file, kind, "\x1aE\xdf\xa3 audio"}}))
	},
		Entry(nil, "audio/webm;codecs=opus", "speech.webm"), Entry(nil, "audio/mp4", "speech.mp4"), Entry(nil, "audio/ogg;codecs=opus", "speech.ogg"),
	)

	It("may be as long as it is allowed to be", func(ctx SpecContext) {
		Expect(dictate(ctx, strings.Repeat("x", 1_000_000), "audio/mp4")).To(HaveKey("text"))
		_, err := dictate(ctx, strings.Repeat("x", 1_000_001), "audio/mp4")
		Expect(err).To(HaveField("Status", 413))
	})

	DescribeTable("says in words why it has no text", func(ctx SpecContext, status int, body string, seen int, words string) {
		endpoint.answers(status, body)
		_, err := dictate(ctx, "audio", "audio/mp4")
		Expect(err).To(And(HaveField("Status", seen), HaveField("Body", HaveKeyWithValue("detail", ContainSubstring(words)))))
		Expect(fmt.Sprint(err)).NotTo(ContainSubstring("sk-secret"))
	},
		Entry("where the endpoint has none", 404, `{"error":{"message":"Unknown request URL"}}`, 501, "can't be turned into text here"),
		Entry("where the audio is none", 400, `{"error":{"message":"Invalid file format."}}`, 400, "could not be understood"),
		Entry("where the endpoint fails", 500, `oops sk-secret`, 502, "right now"),
		Entry("where the key is wrong", 401, `{"error":{"message":"Incorrect API key provided: sk-secret"}}`, 502, "right now"),
		Entry("under load", 429, `{"error":{"message":"Slow down"}}`, 503, "in a moment"),
	)

	It("gives up on an endpoint that is slow, and on one that is down", func(ctx SpecContext) {
		endpoint.mu.Lock()
		endpoint.answer = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		endpoint.mu.Unlock()
		_, err := dictate(ctx, "audio", "audio/mp4")
		Expect(err).To(And(HaveField("Status", 504), HaveField("Body", HaveKeyWithValue("detail", ContainSubstring("too long")))))
		server.CloseClientConnections()
		server.Close()
		_, err = dictate(ctx, "audio", "audio/mp4")
		Expect(err).To(HaveField("Status", 502))
	})
})

var _ = Describe("Dictation without a model for it", func() {
	It("is not available, and says so", func(ctx SpecContext) {
		_, err := pageOf(ctx, newUser("dora")).Call(ctx, "input.transcribe", wire.Object{"audio_base64": "AAAA", "mime_type": "audio/mp4"})
		Expect(err).To(And(HaveField("Status", 501),
			HaveField("Body", And(HaveKeyWithValue("code", "no_transcription"), HaveKeyWithValue("detail", ContainSubstring("can't be turned into text here"))))))
	})
})
