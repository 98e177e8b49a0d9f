package model_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gcustom"
	"github.com/onsi/gomega/types"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/model"
)

// failure matches a ModelError with a code, and looks for the key in it.
func failure(code string) types.GomegaMatcher {
	return gcustom.MakeMatcher(func(err error) (bool, error) {
		var fault *agent.ModelError
		if !errors.As(err, &fault) {
			return false, fmt.Errorf("no ModelError: %w", err)
		}
		Expect(fmt.Sprintf("%v %+v", err, fault.Err)).NotTo(ContainSubstring(key))
		return fault.Code == code, nil
	}).WithMessage("be a ModelError " + code)
}

// refusing answers with a status and a body.
func refusing(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

var _ = Describe("A failure", func() {
	DescribeTable("has a code",
		func(ctx SpecContext, code string, handler http.HandlerFunc) {
			said := hear(ctx, endpoint(model.Config{}, handler), ask)
			Expect(said.Finished).To(BeEmpty())
			Expect(said.Err).To(failure(code))
		},
		Entry("when the key is wrong", agent.ModelRefused, refusing(401, `{"error":{"message":"Incorrect API key provided: `+key+`","type":"invalid_request_error","code":"invalid_api_key"}}`)),
		Entry("when the model does not exist", agent.ModelRefused, refusing(404, `{"error":{"message":"no such model","type":"invalid_request_error","code":"model_not_found"}}`)),
		Entry("when the request is bad, in plain text", agent.ModelRefused, refusing(400, "bad "+key)),
		Entry("when it redirects to nowhere", agent.ModelRefused, refusing(304, "")),
		Entry("when there are too many requests", agent.ModelOverloaded, refusing(429, `{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}`)),
		Entry("when nobody paid", agent.ModelRefused, refusing(429, `{"error":{"message":"pay","type":"insufficient_quota","code":"insufficient_quota"}}`)),
		Entry("when it broke", agent.ModelUnreachable, refusing(500, `{"error":{"message":"oops","type":"server_error"}}`)),
		Entry("when a gateway finds nobody", agent.ModelUnreachable, refusing(502, "<html>")),
		Entry("when it was too slow for itself", agent.ModelUnreachable, refusing(408, "")),
		Entry("when the connection is closed before an answer", agent.ModelUnreachable, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		Entry("when the stream is cut", agent.ModelCut, cutting(says("Hel"))),
		Entry("when the stream is cut before anything came", agent.ModelCut, cutting()),
		Entry("when the stream is cut inside a chunk", agent.ModelCut, refusing(200, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"He")),
		Entry("when the stream is done without a finish_reason", agent.ModelCut, streaming(says("Hello"), done)),
		Entry("when the finish_reason is null as a word", agent.ModelCut, streaming(says("Hello"), ends("null"), done)),
		Entry("when the body is empty", agent.ModelCut, refusing(200, "")),
		Entry("when the body is a completion that was not streamed", agent.ModelInvalid,
			refusing(200, `{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}`)),
		Entry("when the body is a page", agent.ModelInvalid, refusing(200, "<html>\n<body>\n")),
		Entry("when the body has no end of pages", agent.ModelInvalid, refusing(200, string(make([]byte, 300<<10))+"\n")),
		Entry("when the error comes with a 200", agent.ModelRefused, refusing(200, `{"error":{"message":"no","type":"invalid_request_error"}}`)),
		Entry("when the error is alone in a chunk, after comments", agent.ModelOverloaded,
			streaming(": wait", says("He"), ": wait", `data: {"error":{"message":"slow down","type":"x","code":429}}`)),
		Entry("when the error comes with a chunk", agent.ModelUnreachable,
			streaming(says("He"), `data: {"id":"x","error":{"message":"upstream broke","code":502},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}`)),
		Entry("when the error is a word", agent.ModelUnreachable, streaming(`data: {"id":"x","error":"broken"}`)),
		Entry("when the finish_reason is error", agent.ModelUnreachable, streaming(says("He"), ends("error"))),
	)

	It("keeps the text that came before it", func(ctx SpecContext) {
		said := hear(ctx, endpoint(model.Config{}, cutting(says("Hel"), says("lo"))), ask)
		Expect(said.Text()).To(Equal("Hello"))
		Expect(said.Err).To(failure(agent.ModelCut))
	})

	It("is model_unreachable when nobody listens", func(ctx SpecContext) {
		m := model.New(model.Config{BaseURL: "http://127.0.0.1:1/v1", APIKey: key, Model: "m"})
		Expect(hear(ctx, m, ask).Err).To(failure(agent.ModelUnreachable))
	})

	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	DescribeTable("says when to ask again",
		func(ctx SpecContext, wait time.Duration, header ...string) {
			m := endpoint(model.Config{Clock: func() time.Time { return now }}, refusing(429, "{}", header...))
			var fault *agent.ModelError
			Expect(errors.As(hear(ctx, m, ask).Err, &fault)).To(BeTrue())
			Expect(fault.RetryAfter).To(Equal(wait))
		},
		Entry("not at all", time.Duration(0)),
		Entry("in seconds", 7*time.Second, "Retry-After", "7"),
		Entry("in parts of a second", 500*time.Millisecond, "Retry-After", "0.5"),
		Entry("in milliseconds", 250*time.Millisecond, "Retry-After", "1", "Retry-After-Ms", "250"),
		Entry("as a date", 90*time.Second, "Retry-After", now.Add(90*time.Second).Format(http.TimeFormat)),
		Entry("as a date that is over", time.Duration(0), "Retry-After", now.Add(-time.Hour).Format(http.TimeFormat)),
		Entry("as a number below zero", time.Duration(0), "Retry-After", "-4"),
		Entry("as no number", time.Duration(0), "Retry-After", "NaN"),
		Entry("as a number out of all measure", time.Hour, "Retry-After", "99999999999999999999"),
		Entry("as a word", time.Duration(0), "Retry-After", "soon"),
	)

	It("is the caller's own when the caller gave up", func(ctx SpecContext) {
		caller, cancel := context.WithCancel(ctx)
		m := endpoint(model.Config{}, func(w http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		})
		said := hear(caller, m, ask)
		Expect(said.Err).To(MatchError(context.Canceled))
		var fault *agent.ModelError
		Expect(errors.As(said.Err, &fault)).To(BeFalse())
	})
})
