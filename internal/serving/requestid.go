package serving

import (
	"context"
	"crypto/rand"
	"net/http"
)

// RequestIDHeader carries a request's id, in both directions and on to the next process.
const RequestIDHeader = "X-Request-Id"

const maxRequestID = 128

type requestIDKey struct{}

// RequestID gives every request an id: the caller's, if it is harmless (letters, digits and -_.:, at most 128 of them),
// else a new one. The id goes into the context and into the answer.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(RequestIDHeader)
		if !harmless(id) {
			id = rand.Text()
		}
		w.Header().Set(RequestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(WithRequestID(r.Context(), id)))
	})
}

// WithRequestID gives a context that carries the id: for work that outlives its request.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestIDFrom gives the id of the request that the context belongs to, or "".
func RequestIDFrom(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// harmless keeps what could split a log line or a header, or fill a disk, out of both.
func harmless(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '-', c == '_', c == '.', c == ':':
		default:
			return false
		}
	}
	return true
}
