package serving

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"time"
)

// Standard is the wrapping that every process uses: request ids outside, then the access log, the headers and recovery.
func Standard(log *slog.Logger, next http.Handler) http.Handler {
	return RequestID(AccessLog(log, Headers(Recover(log, next))))
}

// AccessLog logs one line for each request when it ends: method, path, status, bytes and duration, and of a problem its
// code and cause. Bodies, headers and query strings are never logged, and a token in a path is blotted out. Health checks
// are logged at debug level, server errors at error level; one whose caller had left before is logged as 499.
func AccessLog(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		watched := &recorder{ResponseWriter: w}
		note, finished := &note{}, false
		ctx := context.WithValue(r.Context(), noteKey{}, note)
		defer func() {
			status := watched.logged()
			if status >= http.StatusInternalServerError && r.Context().Err() != nil {
				status = statusCallerLeft
			}
			attrs := []slog.Attr{
				slog.String("method", cut(r.Method)), slog.String("path", loggedPath(r.URL.Path)),
				slog.Int("status", status), slog.Int64("bytes", watched.bytes),
				slog.Int64("duration_us", time.Since(started).Microseconds()),
			}
			if !finished {
				attrs = append(attrs, slog.Bool("aborted", true))
			}
			log.LogAttrs(ctx, levelOf(r.URL.Path, status), "request", append(attrs, note.attrs()...)...)
		}()
		next.ServeHTTP(watched, r.WithContext(ctx))
		finished = true // and not on its way out with a panic
	})
}

// statusCallerLeft is what nginx made the custom.
const statusCallerLeft = 499

// logged is the status for the log: a handler that wrote nothing has answered 200.
func (w *recorder) logged() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

func levelOf(path string, status int) slog.Level {
	switch {
	case path == "/healthz" || path == "/readyz":
		return slog.LevelDebug
	case status >= http.StatusInternalServerError && status != http.StatusNotImplemented: // what is switched off is no fault
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}

const maxLogged = 300

var compactToken = regexp.MustCompile(`eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?`)

func loggedPath(path string) string { return cut(compactToken.ReplaceAllString(path, "[token]")) }

func cut(s string) string {
	if len(s) > maxLogged {
		return s[:maxLogged] + "…"
	}
	return s
}

// note is what WriteProblem tells the access log.
type note struct {
	mu      sync.Mutex
	problem *Problem
}

type noteKey struct{}

func noteProblem(ctx context.Context, p Problem) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.problem = &p
	}
}

func (n *note) attrs() []slog.Attr {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.problem == nil {
		return nil
	}
	attrs := []slog.Attr{slog.String("code", n.problem.Code)}
	if n.problem.Cause != nil {
		attrs = append(attrs, slog.String("cause", n.problem.Cause.Error()))
	}
	return attrs
}
