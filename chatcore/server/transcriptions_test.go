package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/server"
	"taskpilot/internal/limits"
)

// ears hear what they are told to.
type ears func(ctx context.Context, audio []byte, mediaType string) (string, error)

func (e ears) Transcribe(ctx context.Context, audio []byte, mediaType string) (string, error) {
	return e(ctx, audio, mediaType)
}

var _ = Describe("A recording", func() {
	hearing := func(e ears) *user {
		GinkgoHelper()
		return newDesk(func(s *server.Server) {
			if e != nil {
				s.Transcriber = e
			}
			s.Config.MaxAudio, s.Config.AudioTime = 1000, 50*time.Millisecond
		}).user()
	}
	send := func(ctx SpecContext, alice *user, audio, mediaType string) answer {
		GinkgoHelper()
		return alice.call(ctx, "POST", alice.path("/transcriptions"), audio, "Content-Type", mediaType)
	}

	DescribeTable("becomes text",
		func(ctx SpecContext, mediaType string) {
			alice := hearing(func(_ context.Context, audio []byte, kind string) (string, error) {
				return fmt.Sprintf("%s %x", kind, audio), nil
			})
			Expect(send(ctx, alice, "\x1aE\xdf\xa3", mediaType).object(http.StatusOK)).To(Equal(object{"text": mediaType + " 1a45dfa3"}))
		},
		Entry(nil, "audio/webm;codecs=opus"), Entry(nil, "audio/mp4"), Entry(nil, "audio/ogg;codecs=opus"), Entry(nil, "audio/webm"),
	)

	It("is refused while as many of the same user's are heard as may be, and others' are not", func(ctx SpecContext) {
		heard, begun := make(chan struct{}), make(chan struct{}, 3)
		alice := newDesk(func(s *server.Server) {
			s.Recordings, s.Config.AudioTime = limits.NewGate(1), time.Minute
			s.Transcriber = ears(func(context.Context, []byte, string) (string, error) {
				begun <- struct{}{}
				<-heard
				return "words", nil
			})
		}).user()
		answers := make(chan answer, 2)
		for _, who := range []*user{alice, alice.user()} {
			go func() { defer GinkgoRecover(); answers <- send(ctx, who, "audio", "audio/mp4") }()
			Eventually(ctx, begun).Should(Receive())
		}
		refused := send(ctx, alice, "audio", "audio/mp4")
		refused.problem(http.StatusTooManyRequests, "too_many_requests")
		Expect(refused.Header.Get("Retry-After")).To(Equal("1"))
		close(heard)
		for range 2 {
			Eventually(ctx, answers).Should(Receive(HaveField("StatusCode", http.StatusOK)))
		}
		Expect(send(ctx, alice, "audio", "audio/mp4").StatusCode).To(Equal(http.StatusOK), "there is room again")
	}, SpecTimeout(20*time.Second))

	It("has no text where there is no transcription", func(ctx SpecContext) {
		problem := send(ctx, hearing(nil), "audio", "audio/mp4").problem(http.StatusNotImplemented, "no_transcription")
		Expect(problem["detail"]).To(Equal("Transcription is not available here."))
	})

	DescribeTable("is refused",
		func(ctx SpecContext, audio, mediaType string, status int, code string) {
			alice := hearing(func(context.Context, []byte, string) (string, error) {
				Fail("it was heard")
				return "", nil
			})
			send(ctx, alice, audio, mediaType).problem(status, code)
		},
		Entry("when it is empty", "", "audio/mp4", 400, "no_audio"),
		Entry("when it is too large", strings.Repeat("x", 1001), "audio/mp4", 413, "too_large"),
		Entry("when it is of another type", "x", "audio/wav", 415, "unsupported_audio"),
		Entry("when it is no audio", "{}", "application/json", 415, "unsupported_audio"),
		Entry("when its type is none", "x", "audio/webm;codecs=", 415, "unsupported_audio"),
		Entry("when it has no type", "x", "", 415, "unsupported_audio"),
	)

	DescribeTable("has no text when the endpoint gives none",
		func(ctx SpecContext, err error, status int, code string) {
			alice := hearing(func(context.Context, []byte, string) (string, error) { return "", err })
			response := send(ctx, alice, "audio", "audio/mp4")
			Expect(response.problem(status, code)["detail"]).NotTo(ContainSubstring("sk-secret"))
			if code == "transcription_overloaded" {
				Expect(response.Header.Get("Retry-After")).To(Equal("3"))
			}
		},
		Entry("because it has none", &agent.ModelError{Code: agent.ModelAbsent, Err: errors.New("404 sk-secret")}, 501, "no_transcription"),
		Entry("because it can't read it", &agent.ModelError{Code: agent.ModelNoAudio, Err: errors.New("400")}, 400, "no_audio"),
		Entry("because it is down", &agent.ModelError{Code: agent.ModelUnreachable, Err: errors.New("refused")}, 502, "transcription_failed"),
		Entry("because of the key", &agent.ModelError{Code: agent.ModelRefused, Err: errors.New("401 sk-secret")}, 502, "transcription_failed"),
		Entry("because it talks nonsense", &agent.ModelError{Code: agent.ModelInvalid, Err: errors.New("<h1>")}, 502, "transcription_failed"),
		Entry("because it is busy", &agent.ModelError{Code: agent.ModelOverloaded, Err: errors.New("429"), RetryAfter: 3 * time.Second}, 503, "transcription_overloaded"),
		Entry("because of a fault of ours", errors.New("sk-secret"), 500, "internal"),
	)

	It("has no text when that takes too long", func(ctx SpecContext) {
		alice := hearing(func(ctx context.Context, _ []byte, _ string) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		})
		send(ctx, alice, "audio", "audio/mp4").problem(http.StatusGatewayTimeout, "transcription_timeout")
	})
})
