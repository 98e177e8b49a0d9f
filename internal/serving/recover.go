package serving

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// Recover turns a panic of a handler into a log line with its stack and a 500 problem. When the headers had gone out
// already it cuts the connection instead, for an answer that simply ended would look whole to the caller.
func Recover(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watched := &recorder{ResponseWriter: w}
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if value == http.ErrAbortHandler { //nolint:errorlint // net/http asks for this very value
				panic(value)
			}
			log.ErrorContext(r.Context(), "a handler panicked",
				"panic", fmt.Sprint(value), "path", loggedPath(r.URL.Path), "stack", string(debug.Stack()))
			if watched.status != 0 {
				panic(http.ErrAbortHandler)
			}
			WriteProblem(watched, r, Problem{
				Status: http.StatusInternalServerError,
				Detail: "Something went wrong on our side.",
				Cause:  fmt.Errorf("panic: %v", value),
			})
		}()
		next.ServeHTTP(watched, r)
	})
}
