package serving_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/serving"
)

var _ = Describe("The wrapping of a handler", func() {
	var (
		out *logged
		log *slog.Logger
	)

	BeforeEach(func() {
		out = &logged{}
		log = serving.Logger(out, "info")
	})

	// serve starts a server with the handler in its whole wrapping.
	serve := func(handler http.HandlerFunc) *httptest.Server {
		server := httptest.NewServer(serving.Standard(log, handler))
		server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
		DeferCleanup(server.Close)
		return server
	}
	send := func(method, url string, headers map[string]string, body string) (*http.Response, string) {
		request, err := http.NewRequest(method, url, strings.NewReader(body))
		Expect(err).NotTo(HaveOccurred())
		for name, value := range headers {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		Expect(err).NotTo(HaveOccurred())
		return response, string(text)
	}
	line := func(ctx SpecContext, msg string) map[string]any {
		Eventually(ctx, func() []map[string]any { return out.lines(msg) }).Should(HaveLen(1))
		return out.lines(msg)[0]
	}

	Context("with a request id", func() {
		DescribeTable("keeps the caller's only if it is harmless",
			func(sent string, kept bool) {
				var seen string
				handler := serving.RequestID(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					seen = serving.RequestIDFrom(r.Context())
				}))
				request := httptest.NewRequest(http.MethodGet, "/", nil)
				request.Header[serving.RequestIDHeader] = []string{sent}
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, request)
				Expect(answer.Header().Get(serving.RequestIDHeader)).To(Equal(seen))
				Expect(seen).To(MatchRegexp(`^[A-Za-z0-9._:-]{8,128}$`))
				Expect(seen == sent).To(Equal(kept))
			},
			Entry("a UUID", "0b1c2d3e-aaaa-bbbb-cccc-000000000000", true),
			Entry("as long as it may be", strings.Repeat("a", 128), true),
			Entry("too long", strings.Repeat("a", 129), false),
			Entry("none", "", false),
			Entry("with a line's end", "12345678\r\nSet-Cookie: a=b", false),
			Entry("with a quote", `12345678","admin":"true`, false),
			Entry("with a space", "1234 5678", false),
			Entry("with letters of other alphabets", "ıd-12345678", false),
		)

		It("sets the headers that keep an answer to its reader, also on a problem, and lets a handler say otherwise", func() {
			server := serve(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/problem":
					serving.WriteProblem(w, r, serving.Problem{Status: http.StatusNotFound})
				case "/public":
					w.Header().Set("Cache-Control", "public")
				}
			})
			for path, cache := range map[string]string{"/": "no-store", "/problem": "no-store", "/public": "public"} {
				response, _ := send(http.MethodGet, server.URL+path, nil, "")
				Expect(response.Header.Get("Cache-Control")).To(Equal(cache), path)
				Expect(response.Header.Get("X-Content-Type-Options")).To(Equal("nosniff"))
				Expect(response.Header.Get("Content-Security-Policy")).To(Equal("default-src 'none'; frame-ancestors 'none'"))
				Expect(response.Header.Get("Referrer-Policy")).To(Equal("no-referrer"))
			}
		})

		It("gives every request another one", func() {
			server := serve(func(http.ResponseWriter, *http.Request) {})
			first, _ := send(http.MethodGet, server.URL, nil, "")
			second, _ := send(http.MethodGet, server.URL, nil, "")
			Expect(first.Header.Get(serving.RequestIDHeader)).NotTo(Equal(second.Header.Get(serving.RequestIDHeader)))
		})

		It("has it in all that is logged for the request", func(ctx SpecContext) {
			server := serve(func(_ http.ResponseWriter, r *http.Request) {
				log.With("part", "x").InfoContext(r.Context(), "at work")
			})
			send(http.MethodGet, server.URL, map[string]string{serving.RequestIDHeader: "req-12345"}, "")
			Expect(line(ctx, "at work")).To(HaveKeyWithValue("request_id", "req-12345"))
			Expect(line(ctx, "request")).To(HaveKeyWithValue("request_id", "req-12345"))
		})
	})

	Context("with an access log", func() {
		const secret = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"

		It("says what was asked and how it ended", func(ctx SpecContext) {
			server := serve(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusTeapot)
				_, _ = io.WriteString(w, "short and stout")
			})
			send(http.MethodPut, server.URL+"/pot/1", nil, "")
			Expect(line(ctx, "request")).To(And(
				HaveKeyWithValue("level", "INFO"), HaveKeyWithValue("method", "PUT"), HaveKeyWithValue("path", "/pot/1"),
				HaveKeyWithValue("status", 418.0), HaveKeyWithValue("bytes", 15.0), HaveKey("duration_us")))
		})

		It("has no token, no body, no header and no query string", func(ctx SpecContext) {
			server := serve(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(w, r.Body)
			})
			send(http.MethodPost, server.URL+"/upload/"+secret+"/x?access_token="+secret+"&q=private",
				map[string]string{"Authorization": "Bearer " + secret, "Cookie": "c=private"}, "private")
			Expect(line(ctx, "request")).To(HaveKeyWithValue("path", "/upload/[token]/x"))
			Expect(out.String()).NotTo(ContainSubstring("private"))
			for _, part := range strings.Split(secret, ".") {
				Expect(out.String()).NotTo(ContainSubstring(part))
			}
		})

		It("stays one line, of bounded length, whatever the path", func(ctx SpecContext) {
			server := serve(func(http.ResponseWriter, *http.Request) {})
			send(http.MethodGet, server.URL+"/a%0A%22"+strings.Repeat("b", 5000), nil, "")
			Expect(line(ctx, "request")["path"]).To(And(HavePrefix("/a\n\"b"), HaveLen(303)))
			Expect(strings.Count(out.String(), "\n")).To(Equal(1))
		})

		It("has a problem's code and cause, of which the caller sees the code only", func(ctx SpecContext) {
			server := serve(func(w http.ResponseWriter, r *http.Request) {
				serving.WriteProblem(w, r, serving.Problem{Status: 503, Code: "store_away", Cause: errors.New("dial db.internal")})
			})
			_, body := send(http.MethodGet, server.URL, nil, "")
			Expect(body).NotTo(ContainSubstring("db.internal"))
			Expect(line(ctx, "request")).To(And(HaveKeyWithValue("level", "ERROR"),
				HaveKeyWithValue("code", "store_away"), HaveKeyWithValue("cause", "dial db.internal")))
		})

		It("takes for no error what is switched off", func(ctx SpecContext) {
			server := serve(func(w http.ResponseWriter, r *http.Request) {
				serving.WriteProblem(w, r, serving.Problem{Status: http.StatusNotImplemented, Code: "switched_off"})
			})
			send(http.MethodGet, server.URL, nil, "")
			Expect(line(ctx, "request")).To(And(HaveKeyWithValue("level", "INFO"), HaveKeyWithValue("status", 501.0)))
		})

		It("takes no error for the server's whose caller had left", func(ctx SpecContext) {
			leaving, leave := context.WithCancel(ctx)
			server := serve(func(w http.ResponseWriter, r *http.Request) {
				leave()
				<-r.Context().Done()
				serving.WriteProblem(w, r, serving.Problem{Status: 503, Code: "store_away", Cause: r.Context().Err()})
			})
			request, err := http.NewRequestWithContext(leaving, http.MethodGet, server.URL, nil)
			Expect(err).NotTo(HaveOccurred())
			_, err = http.DefaultClient.Do(request)
			Expect(err).To(MatchError(context.Canceled))
			Expect(line(ctx, "request")).To(And(HaveKeyWithValue("level", "INFO"), HaveKeyWithValue("status", 499.0),
				HaveKeyWithValue("code", "store_away"), HaveKeyWithValue("cause", "context canceled")))
		})

		It("is quiet about health checks", func(ctx SpecContext) {
			server := serve(func(http.ResponseWriter, *http.Request) {})
			for _, path := range []string{"/healthz", "/readyz", "/last"} {
				send(http.MethodGet, server.URL+path, nil, "")
			}
			Expect(line(ctx, "request")).To(HaveKeyWithValue("path", "/last"))
		})
	})

	Context("with a stream inside", func() {
		It("hands every flush on at once, and lets write deadlines be set", func(ctx SpecContext) {
			goOn := make(chan struct{})
			var deadline, flush error
			server := serve(func(w http.ResponseWriter, r *http.Request) {
				control := http.NewResponseController(w)
				deadline = control.SetWriteDeadline(time.Now().Add(time.Minute))
				_, _ = io.WriteString(w, "one\n")
				flush = control.Flush()
				select {
				case <-goOn:
				case <-r.Context().Done():
				}
				_, _ = io.WriteString(w, "two\n")
				w.(http.Flusher).Flush() // what other packages ask for
			})
			response, err := http.Get(server.URL)
			Expect(err).NotTo(HaveOccurred())
			defer func() { _ = response.Body.Close() }()
			reader := bufio.NewReader(response.Body)
			Expect(reader.ReadString('\n')).To(Equal("one\n"))
			close(goOn)
			Expect(reader.ReadString('\n')).To(Equal("two\n"))
			Expect(deadline).NotTo(HaveOccurred())
			Expect(flush).NotTo(HaveOccurred())
			Expect(line(ctx, "request")).To(HaveKeyWithValue("bytes", 8.0))
		})

		It("gives up on a reader who does not read", func(ctx SpecContext) {
			failed := make(chan error, 1)
			server := serve(func(w http.ResponseWriter, _ *http.Request) {
				control := http.NewResponseController(w)
				for {
					_ = control.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
					if _, err := w.Write(make([]byte, 1<<20)); err != nil {
						failed <- err
						return
					}
				}
			})
			response, err := http.Get(server.URL)
			Expect(err).NotTo(HaveOccurred())
			defer func() { _ = response.Body.Close() }()
			Eventually(ctx, failed).Should(Receive(MatchError(ContainSubstring("timeout"))))
		})

		It("says so when the writer below cannot flush", func() {
			var flush error
			handler := serving.Standard(log, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				flush = http.NewResponseController(w).Flush()
			}))
			handler.ServeHTTP(plainWriter{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, "/", nil))
			Expect(flush).To(MatchError(http.ErrNotSupported))
		})
	})

	Context("when a handler panics", func() {
		It("answers a 500 problem, and logs where it was", func(ctx SpecContext) {
			server := serve(func(http.ResponseWriter, *http.Request) { panic("the secret plan") })
			response, body := send(http.MethodGet, server.URL+"/x", map[string]string{serving.RequestIDHeader: "req-12345"}, "")
			Expect(response.StatusCode).To(Equal(500))
			Expect(response.Header.Get("Content-Type")).To(Equal("application/problem+json"))
			Expect(body).To(MatchJSON(`{"type":"about:blank","title":"Internal Server Error","status":500,
				"detail":"Something went wrong on our side.","code":"internal","request_id":"req-12345"}`))
			Expect(line(ctx, "a handler panicked")).To(And(HaveKeyWithValue("panic", "the secret plan"),
				HaveKeyWithValue("stack", ContainSubstring("middleware_test.go"))))
			Expect(line(ctx, "request")).To(HaveKeyWithValue("status", 500.0))
		})

		It("cuts an answer that had begun, so that nobody takes it for whole", func(ctx SpecContext) {
			server := serve(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, "half of it")
				_ = http.NewResponseController(w).Flush()
				panic("too late")
			})
			response, err := http.Get(server.URL)
			Expect(err).NotTo(HaveOccurred())
			defer func() { _ = response.Body.Close() }()
			text, err := io.ReadAll(response.Body)
			Expect(err).To(MatchError(io.ErrUnexpectedEOF))
			Expect(string(text)).To(Equal("half of it"))
			Expect(line(ctx, "request")).To(HaveKeyWithValue("aborted", true))
		})

		It("leaves a handler's own wish to cut alone", func(ctx SpecContext) {
			server := serve(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
			_, err := http.Get(server.URL)
			Expect(err).To(HaveOccurred())
			Expect(line(ctx, "request")).To(HaveKeyWithValue("aborted", true))
			Expect(out.lines("a handler panicked")).To(BeEmpty())
		})

		It("still answers after an early hint", func() {
			server := serve(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusEarlyHints)
				panic("after a 103")
			})
			response, _ := send(http.MethodGet, server.URL, nil, "")
			Expect(response.StatusCode).To(Equal(500))
		})
	})
})

// plainWriter hides what else a writer can do.
type plainWriter struct{ http.ResponseWriter }

var _ = Describe("The log", func() {
	DescribeTable("has a level",
		func(level string, wanted int) {
			out := &logged{}
			log := serving.Logger(out, level)
			log.Debug("m")
			log.Info("m")
			log.Warn("m")
			log.Error("m")
			Expect(out.lines("m")).To(HaveLen(wanted))
		},
		Entry("debug", "debug", 4),
		Entry("info", "INFO", 3),
		Entry("warn", "Warn", 2),
		Entry("error", "error", 1),
		Entry("a level that is none", "loud", 3),
		Entry("nothing", "", 3),
	)
})
