package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/internal/limits"
	"taskpilot/internal/ownerdb"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// maxBody is more than any sensible call: a description of 1000 characters, however it is escaped, is under 16 KiB. A call
// that is merely too long still gets a sentence that says its limit.
const maxBody = 1 << 20

// serveHTTP serves until ctx ends.
func serveHTTP(ctx context.Context, conf config, log *slog.Logger) error {
	if err := conf.forHTTP(); err != nil {
		return err
	}
	db, err := ownerdb.Open(conf.DatabaseURL, ownerdb.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return serving.Run(ctx, serving.Options{
		Addr:        conf.Addr,
		PrivateAddr: conf.PrivateAddr,
		Handler:     newHandler(conf, db, log),
		Log:         log,
	})
}

// newHandler mounts POST /mcp behind a token, and the two probes without one.
func newHandler(conf config, db *ownerdb.DB, log *slog.Logger) http.Handler {
	verifier := tokens.NewVerifier(tokens.Options{Log: log}, conf.sources()...)
	healthz, readyz := serving.Endpoints(serving.Checks(log, conf.checks(db, verifier)...))
	server := newServer(db, tokensUser, log)
	streamable := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{
			Stateless: true, JSONResponse: true, PropagateRequestCancellation: true, // any replica answers any call
			MaxRequestBodyBytes: maxBody,
		})
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", healthz)
	mux.Handle("GET /readyz", readyz)
	mux.Handle("/mcp", http.NewCrossOriginProtection().Handler(authenticate(verifier, conf.Limits.Users(time.Now), streamable)))
	return serving.Standard(log, mux)
}

// sources are the kinds of token that are accepted.
func (c config) sources() []tokens.Source {
	var sources []tokens.Source
	if c.ChatcoreJWKS != "" {
		sources = append(sources,
			tokens.Source{Issuer: tokens.HopChatcore, Audience: tokens.HopToolserver, JWKSURL: c.ChatcoreJWKS})
	}
	if c.Users.Named() {
		sources = append(sources, c.Users.Source())
	}
	return sources
}

// checks are what readiness waits for. Not for chatcore's keys: chatcore may start after this process, and its keys are
// fetched at its first token.
func (c config) checks(db *ownerdb.DB, verifier *tokens.Verifier) []serving.Check {
	return []serving.Check{{Name: "database", Do: db.Ping}, {Name: "users' keys", Do: func(ctx context.Context) error {
		return c.Users.Ready(ctx, verifier)
	}}}
}

// authenticate lets only verified callers through, and tells the SDK who they are: a handler reads the caller from the
// request's TokenInfo, which only the SDK's own middleware can set. Refusals are ours, as problems. Users who call by
// themselves are limited; chatcore, which calls for many, has counted its callers.
func authenticate(verifier *tokens.Verifier, users *limits.Limiter, next http.Handler) http.Handler {
	tell := auth.RequireBearerToken(
		func(ctx context.Context, _ string, _ *http.Request) (*auth.TokenInfo, error) {
			subject, ok := ctx.Value(subjectKey{}).(string)
			if !ok {
				return nil, auth.ErrInvalidToken
			}
			return &auth.TokenInfo{UserID: subject}, nil
		},
		&auth.RequireBearerTokenOptions{AllowMissingExpiration: true}) // the verifier has checked it
	handler := tell(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		identity, err := verifier.Bearer(r)
		switch {
		case err == nil && identity.Issuer != tokens.HopChatcore && users.Take(identity.Subject) > 0:
			serving.WriteProblem(w, r, limits.TooMany(time.Second))
		case err == nil:
			handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), subjectKey{}, identity.Subject)))
		case errors.Is(err, tokens.ErrKeysUnavailable):
			serving.WriteProblem(w, r, serving.Problem{Status: http.StatusServiceUnavailable, Code: "keys_unavailable",
				Detail: "The token cannot be checked at the moment.", RetryAfter: time.Second, Cause: err})
		default:
			serving.WriteProblem(w, r, serving.Problem{Status: http.StatusUnauthorized,
				Detail: "Send a valid bearer token that was made for this service.", Cause: err})
		}
	})
}

type subjectKey struct{}

// tokensUser says whose a call is: the subject of the token that came with this very request.
func tokensUser(request *mcp.CallToolRequest) (string, bool) {
	if request.Extra == nil || request.Extra.TokenInfo == nil {
		return "", false
	}
	user := request.Extra.TokenInfo.UserID
	return user, user != ""
}
