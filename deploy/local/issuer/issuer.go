package issuer

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// Lifetime is how long a token lives.
const Lifetime = time.Hour

// longestUser and longestForm bound what is read: any sensible name fits.
const (
	longestUser = 500
	longestForm = 16 << 10
)

// Options of New. All are required but Origins.
type Options struct {
	Keys     *tokens.Keys
	Issuer   string   // what tokens call their issuer: its URL
	Audience string   // whom tokens are for, unless the request names somebody else
	Origins  []string // pages that may call, beside those of the loopback
	Clock    func() time.Time
	Log      *slog.Logger
}

type issuer struct{ Options }

// New is the issuer's handler: POST /token, the public keys, and the two probes.
func New(options Options) http.Handler {
	i := issuer{options}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", i.token)
	mux.Handle("GET /.well-known/jwks.json", options.Keys)
	for _, path := range []string{"GET /healthz", "GET /readyz"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, map[string]string{"status": "ok"}) })
	}
	return serving.Standard(options.Log, i.cors(mux))
}

// token answers with a token for the form's user, and for the form's audience and with its scope if it names them.
func (i issuer) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		refuse(w, r, "", "Send a form, as application/x-www-form-urlencoded.")
		return
	}
	user, audience, scope := r.PostForm.Get("user"), r.PostForm.Get("audience"), r.PostForm.Get("scope")
	switch {
	case user == "":
		refuse(w, r, "user", "The form needs a user: any name.")
		return
	case len(user) > longestUser || !utf8.ValidString(user) || strings.ContainsRune(user, 0):
		refuse(w, r, "user", "A user's name is valid UTF-8 of at most 500 bytes.")
		return
	case audience == "":
		audience = i.Audience
	}
	token, err := i.Keys.Sign(i.Clock(), tokens.Claims{
		Issuer: i.Issuer, Audience: audience, Subject: user, Scope: scope, Lifetime: Lifetime,
	})
	if err != nil {
		serving.WriteProblem(w, r, serving.Problem{Status: http.StatusInternalServerError, Cause: err})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"` // seconds
	}{token, "Bearer", int(Lifetime.Seconds())})
}

func refuse(w http.ResponseWriter, r *http.Request, field, detail string) {
	serving.WriteProblem(w, r, serving.Problem{Status: http.StatusBadRequest, Code: "invalid_request", Detail: detail, Field: field})
}

// cors lets a page of a known origin read the answers. Any other page on the internet could ask a developer's machine
// for tokens as well, so it may not.
func (i issuer) cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if origin != "" && (loopback(origin) || slices.Contains(i.Origins, origin)) {
			w.Header().Set("Access-Control-Allow-Origin", origin)
		}
		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
			w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func loopback(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func writeJSON(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // the caller is gone: nothing to do
}
