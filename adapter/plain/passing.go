package plain

import (
	"context"
	"net/http"
)

type passedKey struct{}

// PassHeaders gives a handler whose requests to the service have the headers of the page's request that the mapping names.
func (s *Service) PassHeaders(next http.Handler) http.Handler {
	if len(s.mapping.PassHeaders) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept := http.Header{}
		for _, name := range s.mapping.PassHeaders {
			if values := r.Header.Values(name); len(values) > 0 {
				kept[http.CanonicalHeaderKey(name)] = values
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), passedKey{}, kept)))
	})
}

func passed(ctx context.Context) http.Header {
	kept, _ := ctx.Value(passedKey{}).(http.Header)
	return kept
}
