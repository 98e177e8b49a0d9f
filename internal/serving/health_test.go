package serving_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/serving"
)

var _ = Describe("Health", func() {
	ask := func(ctx context.Context, handler http.HandlerFunc) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		handler(answer, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
		return answer
	}

	It("is fine when the process answers, ready or not", func(ctx SpecContext) {
		healthz, readyz := serving.Endpoints(func(context.Context) error { return errors.New("dial tcp db.internal:5432") })
		Expect(ask(ctx, healthz).Code).To(Equal(200))
		Expect(ask(ctx, healthz).Body.String()).To(Equal("{\"status\":\"ok\"}\n"))
		answer := ask(ctx, readyz)
		Expect(answer.Code).To(Equal(503))
		Expect(answer.Header().Get("Retry-After")).To(Equal("1"))
		Expect(answer.Body.String()).To(MatchJSON(`{"type":"about:blank","title":"Service Unavailable","status":503,
			"detail":"Not ready yet.","code":"not_ready"}`))
	})

	It("is ready when every check passes, and else names what it waits for, with the causes in the log", func(ctx SpecContext) {
		out := &logged{}
		database, keys := errors.New("dial tcp db.internal:5432"), error(nil)
		_, readyz := serving.Endpoints(serving.Checks(serving.Logger(out, "info"),
			serving.Check{Name: "database", Do: func(context.Context) error { return database }},
			serving.Check{Name: "the users' keys", Do: func(context.Context) error { return keys }},
		))
		Expect(ask(ctx, readyz).Body.String()).To(ContainSubstring(`"detail":"Waiting for: database."`))
		Expect(out.lines("not ready")).To(ConsistOf(HaveKeyWithValue("error", database.Error())))
		keys = errors.New("no keys")
		Expect(ask(ctx, readyz).Body.String()).To(ContainSubstring(`"detail":"Waiting for: database, the users' keys."`))
		database, keys = nil, nil
		Expect(ask(ctx, readyz).Code).To(Equal(200))
	})

	It("gives every check a deadline, for whoever asks would not wait for ever", func(ctx SpecContext) {
		var bounded bool
		_, readyz := serving.Endpoints(func(ctx context.Context) error {
			_, bounded = ctx.Deadline()
			<-ctx.Done()
			return ctx.Err()
		})
		gone, cancel := context.WithCancel(ctx)
		cancel()
		Expect(ask(gone, readyz).Code).To(Equal(503))
		Expect(bounded).To(BeTrue())
	})

	Context("asked by the health subcommand", func() {
		It("is asked on the loopback for every way to write an address", func(ctx SpecContext) {
			status := http.StatusOK
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				Expect(r.URL.Path).To(Equal("/healthz"))
				w.WriteHeader(status)
			}))
			DeferCleanup(server.Close)
			_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
			Expect(err).NotTo(HaveOccurred())
			for _, host := range []string{"", "0.0.0.0", "[::]", "127.0.0.1", "localhost"} {
				Expect(serving.Health(ctx, host+":"+port)).To(Succeed(), host)
			}
			status = http.StatusInternalServerError
			Expect(serving.Health(ctx, ":"+port)).To(MatchError(ContainSubstring("500")))
		})

		It("fails when nobody answers, or the address is none", func(ctx SpecContext) {
			Expect(serving.Health(ctx, "127.0.0.1:1")).To(MatchError(ContainSubstring("asking for health")))
			Expect(serving.Health(ctx, "8080")).To(MatchError(ContainSubstring("reading the address")))
		})
	})
})
