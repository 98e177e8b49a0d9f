package serving_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/serving"
)

var _ = Describe("A problem", func() {
	// answer writes a problem for a request with an id, over headers that were meant for another answer.
	answer := func(p serving.Problem) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header.Set(serving.RequestIDHeader, "req-1")
		serving.RequestID(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.Header().Set("Content-Length", "7")
			w.Header().Set("Content-Encoding", "gzip")
			serving.WriteProblem(w, r, p)
		})).ServeHTTP(recorder, request)
		return recorder
	}

	DescribeTable("is the same bytes on the wire",
		func(golden string, status int, p serving.Problem) {
			written := answer(p)
			Expect(written.Code).To(Equal(status))
			Expect(written.Header().Get("Content-Type")).To(Equal("application/problem+json"))
			Expect(written.Header()).NotTo(HaveKey("Content-Length"))
			Expect(written.Header()).NotTo(HaveKey("Content-Encoding"))
			wanted, err := os.ReadFile(filepath.Join("testdata", golden))
			Expect(err).NotTo(HaveOccurred())
			Expect(written.Body.String()).To(Equal(string(wanted)))
		},
		Entry("with everything", "full.json", 400, serving.Problem{
			Status: 400, Code: "too_long", Title: "Bad Request", Detail: "content may have 5000 characters at most, <b>not</b> 5001.",
			Field: "content", Cause: errors.New("pq: password=hunter2"),
		}),
		Entry("with nothing", "empty.json", 500, serving.Problem{}),
		Entry("with a status only", "status.json", 415, serving.Problem{Status: 415}),
		Entry("with its own request id", "ownid.json", 404, serving.Problem{Status: 404, Detail: "There is no such thread.", RequestID: "r-9"}),
	)

	DescribeTable("says when to come back, never too early",
		func(wait time.Duration, header string) {
			Expect(answer(serving.Problem{Status: 429, RetryAfter: wait}).Header().Get("Retry-After")).To(Equal(header))
		},
		Entry("not at all", time.Duration(0), ""),
		Entry("in whole seconds", 3*time.Second, "3"),
		Entry("rounded up", 2100*time.Millisecond, "3"),
		Entry("a moment", time.Millisecond, "1"),
	)

	It("names the way to sign in when that is the problem", func() {
		Expect(answer(serving.Problem{Status: 401}).Header().Get("WWW-Authenticate")).To(Equal("Bearer"))
		Expect(answer(serving.Problem{Status: 403}).Header()).NotTo(HaveKey("WWW-Authenticate"))
	})

	It("is an error with a cause", func() {
		cause := errors.New("connection refused")
		var err error = serving.Problem{Status: 503, Detail: "Try later.", Cause: cause}
		Expect(err).To(MatchError(cause))
		Expect(err).To(MatchError("service_unavailable: Try later.: connection refused"))
		var found serving.Problem
		Expect(errors.As(errors.Join(errors.New("other"), err), &found)).To(BeTrue())
		Expect(found.Status).To(Equal(503))
	})
})
